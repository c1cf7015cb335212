const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let latest: { timeZone: string; format: Intl.DateTimeFormat } | undefined;

/**
 * Making a formatter takes longer than drawing a row; a page has one zone. Only the latest one is
 * kept: on the server the zones are whatever the cookies say.
 */
function formatIn(timeZone: string): Intl.DateTimeFormat {
  if (latest?.timeZone === timeZone) return latest.format;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  latest = { timeZone, format };
  return format;
}

function partsIn(atMs: number, timeZone: string): Record<string, string> {
  const format = formatIn(timeZone);
  return Object.fromEntries(format.formatToParts(atMs).map((part) => [part.type, part.value]));
}

/** Whether a number stands for a moment; one odd number in a row must not cost the whole page. */
export function isInstant(atMs: number): boolean {
  return !Number.isNaN(new Date(atMs).getTime());
}

/**
 * `20 Nov 2026, 18:55` in a zone. Put together from numbers: the month names of two engines differ
 * between versions, and server and browser must write the same.
 */
export function formatInstant(atMs: number, timeZone: string): string {
  const { day, month, year, hour, minute } = partsIn(atMs, timeZone);
  return `${Number(day)} ${months[Number(month) - 1]} ${year}, ${hour}:${minute}`;
}

/** To the second with the zone's name, and in UTC: what is shown on hover. */
export function exactInstant(atMs: number, timeZone: string): string {
  const { day, month, year, hour, minute, second } = partsIn(atMs, timeZone);
  const local = `${Number(day)} ${months[Number(month) - 1]} ${year}, ${hour}:${minute}:${second} ${timeZone}`;
  return timeZone === 'UTC' ? local : `${local} (${new Date(atMs).toISOString()})`;
}

/** Unix ms at which a day (`2026-11-20`) begins in a zone. */
export function startOfDay(day: string, timeZone: string): number {
  const wall = Date.parse(`${day}T00:00:00Z`);
  // The offset may change on that very day: once more with the one of the first guess.
  const guess = wall - offsetAt(wall, timeZone);
  return wall - offsetAt(guess, timeZone);
}

/** The last ms of a day in a zone. */
export function endOfDay(day: string, timeZone: string): number {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 24 * 60 * 60_000);
  return startOfDay(next.toISOString().slice(0, 10), timeZone) - 1;
}

/** How far a zone's clocks are ahead of UTC, in ms. */
function offsetAt(atMs: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = partsIn(atMs, timeZone);
  const shown = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return shown - Math.floor(atMs / 1_000) * 1_000;
}
