import type { Json } from '../engine/contract';
import { nextCronTimeMs, parseCronExpression } from './cron-expression';

/** When a cron runs. All times are UTC. */
export type CronSchedule =
  | { kind: 'interval'; everyMs: number }
  | { kind: 'calendar'; expression: ReturnType<typeof parseCronExpression> };

const unitMs = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 };
const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/**
 * Reads a schedule as `crons.export()` gives it. `name` picks the minute where the schedule
 * leaves it open, so that such crons spread over the hour and keep their minute.
 * Throws when the schedule makes no sense.
 */
export function parseSchedule(schedule: Json, name: string): CronSchedule {
  const fields = Object(schedule) as Record<string, Json>;
  const text = (field: string) => scalarText(fields[field], field);
  const minute = fields.minuteUTC === undefined ? minuteFor(name) : text('minuteUTC');
  const calendar = (cron: string): CronSchedule => ({
    kind: 'calendar',
    expression: parseCronExpression(cron),
  });
  switch (fields.type) {
    case 'interval':
      return { kind: 'interval', everyMs: intervalMs(fields) };
    case 'hourly':
      return calendar(`${minute} * * * *`);
    case 'daily':
      return calendar(`${minute} ${text('hourUTC')} * * *`);
    case 'weekly':
      return calendar(`${minute} ${text('hourUTC')} * * ${days.indexOf(text('dayOfWeek'))}`);
    case 'monthly':
      return calendar(`${minute} ${text('hourUTC')} ${text('day')} * *`);
    case 'cron':
      return calendar(text('cron'));
    default:
      throw new Error(`A cron schedule of type ${JSON.stringify(fields.type)} is not supported.`);
  }
}

function scalarText(value: Json | undefined, field: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`The cron schedule has no valid "${field}".`);
}

/**
 * The first time (Unix ms) after `afterMs`. For an interval, `afterMs` is the last run; a cron
 * string that names no day at all (31 February) has no next time.
 */
export function nextRunMs(schedule: CronSchedule, afterMs: number): number | undefined {
  return schedule.kind === 'interval'
    ? afterMs + schedule.everyMs
    : nextCronTimeMs(schedule.expression, afterMs);
}

function intervalMs(fields: Record<string, Json>): number {
  for (const [unit, ms] of Object.entries(unitMs)) {
    const amount = fields[unit];
    if (typeof amount === 'number' && Number.isInteger(amount) && amount > 0) return amount * ms;
  }
  throw new Error('A cron interval must be a positive whole number of seconds, minutes or hours.');
}

function minuteFor(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % 60;
}
