/** A parsed five-field cron string: the allowed values of each field. */
export interface CronExpression {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  daysOfMonth: ReadonlySet<number>;
  months: ReadonlySet<number>;
  daysOfWeek: ReadonlySet<number>;
  /** Both day fields are restricted: then, as cron has always had it, either may match. */
  eitherDay: boolean;
}

const monthNames = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const dayNames = 'sun mon tue wed thu fri sat'.split(' ');

const minuteMs = 60_000;
/** Five leap years apart at most (1 March 2096 to 29 February 2104), with room. */
const yearsSearched = 9;

/** Throws with the field at fault. */
export function parseCronExpression(text: string): CronExpression {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) {
    throw new Error(
      `Cron string "${text}" must have five fields: minute, hour, day of month, month, day of week.`,
    );
  }
  const field = (index: number, min: number, max: number, names: string[] = []) =>
    parseField(fields[index] ?? '', { text, min, max, names });
  const daysOfWeek = field(4, 0, 7, dayNames);
  return {
    minutes: field(0, 0, 59),
    hours: field(1, 0, 23),
    daysOfMonth: field(2, 1, 31),
    months: field(3, 1, 12, monthNames),
    // 7 is another name of Sunday.
    daysOfWeek: new Set([...daysOfWeek].map((day) => day % 7)),
    eitherDay: !fields[2]?.startsWith('*') && !fields[4]?.startsWith('*'),
  };
}

/** The first matching minute (Unix ms, UTC) after `afterMs`, or nothing when there is none. */
export function nextCronTimeMs(cron: CronExpression, afterMs: number): number | undefined {
  const time = new Date(Math.floor(afterMs / minuteMs) * minuteMs + minuteMs);
  const lastYear = time.getUTCFullYear() + yearsSearched;
  while (time.getUTCFullYear() <= lastYear) {
    if (!cron.months.has(time.getUTCMonth() + 1)) {
      time.setUTCMonth(time.getUTCMonth() + 1, 1);
      time.setUTCHours(0, 0);
    } else if (!matchesDay(cron, time)) {
      time.setUTCDate(time.getUTCDate() + 1);
      time.setUTCHours(0, 0);
    } else if (!cron.hours.has(time.getUTCHours())) {
      time.setUTCHours(time.getUTCHours() + 1, 0);
    } else if (!cron.minutes.has(time.getUTCMinutes())) {
      time.setUTCMinutes(time.getUTCMinutes() + 1);
    } else {
      return time.getTime();
    }
  }
  return undefined;
}

function matchesDay(cron: CronExpression, time: Date): boolean {
  const ofMonth = cron.daysOfMonth.has(time.getUTCDate());
  const ofWeek = cron.daysOfWeek.has(time.getUTCDay());
  return cron.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

interface FieldRules {
  text: string;
  min: number;
  max: number;
  names: string[];
}

/** `*`, `a`, `a-b`, each with an optional `/step`, separated by commas. */
function parseField(field: string, { text, min, max, names }: FieldRules): Set<number> {
  const refuse = (): never => {
    throw new Error(`Cron string "${text}": "${field}" is not valid (${min} to ${max}).`);
  };
  const number = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    if (named !== -1) return named + min;
    const value = /^\d+$/.test(word) ? Number(word) : refuse();
    return value >= min && value <= max ? value : refuse();
  };
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part) ?? refuse();
    const [, star, first, last, stepText] = match;
    const step = stepText === undefined ? 1 : Number(stepText);
    const from = star ? min : number(first ?? '');
    const open = star !== undefined || (last === undefined && stepText !== undefined);
    const to = open ? max : number(last ?? first ?? '');
    if (step === 0 || from > to) refuse();
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}
