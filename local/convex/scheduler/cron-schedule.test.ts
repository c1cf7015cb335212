import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextCronTimeMs, parseCronExpression } from './cron-expression';
import { nextRunMs, parseSchedule } from './cron-schedule';

const at = (iso: string) => Date.parse(iso);
const next = (cron: string, after: string) => {
  const found = nextCronTimeMs(parseCronExpression(cron), at(after));
  return found === undefined ? undefined : new Date(found).toISOString();
};

describe('cron strings', () => {
  it.each([
    ['* * * * *', '2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z'],
    ['* * * * *', '2026-01-01T00:00:59.999Z', '2026-01-01T00:01:00.000Z'],
    ['*/15 * * * *', '2026-01-01T00:46:00.000Z', '2026-01-01T01:00:00.000Z'],
    ['5/20 * * * *', '2026-01-01T00:06:00.000Z', '2026-01-01T00:25:00.000Z'],
    ['0 9-17/4 * * *', '2026-01-01T10:00:00.000Z', '2026-01-01T13:00:00.000Z'],
    ['30 4 1,15 * *', '2026-01-02T00:00:00.000Z', '2026-01-15T04:30:00.000Z'],
    ['0 0 * * mon-fri', '2026-01-03T00:00:00.000Z', '2026-01-05T00:00:00.000Z'],
    ['0 0 * * 7', '2026-01-01T00:00:00.000Z', '2026-01-04T00:00:00.000Z'],
    ['0 0 13 * fri', '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'],
    ['0 0 31 * *', '2026-01-31T00:00:00.000Z', '2026-03-31T00:00:00.000Z'],
    ['0 0 29 feb *', '2097-01-01T00:00:00.000Z', '2104-02-29T00:00:00.000Z'],
    ['59 23 31 12 *', '2026-12-31T23:59:00.000Z', '2027-12-31T23:59:00.000Z'],
  ])('%s after %s is %s', (cron, after, expected) => {
    expect(next(cron, after)).toBe(expected);
  });

  it('have no time when they name no day', () => {
    expect(next('0 0 31 feb *', '2026-01-01T00:00:00Z')).toBeUndefined();
  });

  it.each([
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
  ])('are refused when they make no sense: "%s"', (cron) => {
    expect(() => parseCronExpression(cron)).toThrow(/Cron string/);
  });

  it('property: the next time matches, is later, and no minute in between matches', () => {
    const field = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min, max }).map(String),
        fc.integer({ min: 2, max: 9 }).map((n) => `*/${n}`),
      );
    const cronStrings = fc
      .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12))
      .map((f) => `${f.join(' ')} *`);
    fc.assert(
      fc.property(
        cronStrings,
        fc.integer({ min: at('2025-01-01'), max: at('2027-01-01') }),
        (text, afterMs) => {
          const cron = parseCronExpression(text);
          const found = nextCronTimeMs(cron, afterMs) ?? Number.NaN;
          const matches = (ms: number) => {
            const time = new Date(ms);
            return (
              cron.minutes.has(time.getUTCMinutes()) &&
              cron.hours.has(time.getUTCHours()) &&
              cron.daysOfMonth.has(time.getUTCDate()) &&
              cron.months.has(time.getUTCMonth() + 1)
            );
          };
          expect(found).toBeGreaterThan(afterMs);
          expect(found % 60_000).toBe(0);
          expect(matches(found)).toBe(true);
          // Minutes before it, as far back as is cheap to check.
          for (let ms = found - 60_000; ms > afterMs && ms > found - 2 * 86_400_000; ms -= 60_000) {
            expect(matches(ms)).toBe(false);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('schedules as crons.export() gives them', () => {
  const after = at('2026-01-01T12:30:00.000Z');
  it.each([
    [{ type: 'interval', seconds: 90 }, '2026-01-01T12:31:30.000Z'],
    [{ type: 'interval', minutes: 2 }, '2026-01-01T12:32:00.000Z'],
    [{ type: 'interval', hours: 1 }, '2026-01-01T13:30:00.000Z'],
    [{ type: 'hourly', minuteUTC: 5 }, '2026-01-01T13:05:00.000Z'],
    [{ type: 'daily', hourUTC: 0, minuteUTC: 0 }, '2026-01-02T00:00:00.000Z'],
    [{ type: 'weekly', dayOfWeek: 'sunday', hourUTC: 3, minuteUTC: 7 }, '2026-01-04T03:07:00.000Z'],
    [{ type: 'monthly', day: 1, hourUTC: 1, minuteUTC: 2 }, '2026-02-01T01:02:00.000Z'],
    [{ type: 'cron', cron: '0 0 * * *' }, '2026-01-02T00:00:00.000Z'],
  ])('%j', (schedule, expected) => {
    expect(nextRunMs(parseSchedule(schedule, 'x'), after)).toBe(at(expected));
  });

  it('an open minute is picked from the name and stays the same', () => {
    const minute = (name: string) =>
      new Date(nextRunMs(parseSchedule({ type: 'hourly' }, name), after) ?? 0).getUTCMinutes();
    expect(minute('prune')).toBe(minute('prune'));
    expect(new Set(['a', 'b', 'c', 'd'].map(minute)).size).toBeGreaterThan(1);
  });

  it.each([
    [{ type: 'interval' }],
    [{ type: 'interval', seconds: 0 }],
    [{ type: 'interval', seconds: 1.5 }],
    [{ type: 'lunar' }],
    [{ type: 'daily', hourUTC: 25, minuteUTC: 0 }],
    [null],
  ])('are refused when they make no sense: %j', (schedule) => {
    expect(() => parseSchedule(schedule, 'x')).toThrow(/cron/i);
  });
});
