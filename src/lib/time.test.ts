import { expect, it } from 'vitest';
import { endOfDay, exactInstant, formatInstant, isInstant, startOfDay } from './time';

const instant = Date.UTC(2026, 8, 5, 22, 4, 9);

it('writes a moment in the viewer’s zone', () => {
  expect(formatInstant(instant, 'UTC')).toBe('5 Sep 2026, 22:04');
  expect(formatInstant(instant, 'Europe/Berlin')).toBe('6 Sep 2026, 00:04');
});

it('tells the exact moment with its zone', () => {
  expect(exactInstant(instant, 'UTC')).toBe('5 Sep 2026, 22:04:09 UTC');
  expect(exactInstant(instant, 'Asia/Tokyo')).toBe(
    '6 Sep 2026, 07:04:09 Asia/Tokyo (2026-09-05T22:04:09.000Z)',
  );
});

it('tells what is no moment, so that one odd row does not take the page down', () => {
  expect(isInstant(instant)).toBe(true);
  expect(isInstant(0)).toBe(true);
  for (const odd of [Number.NaN, Infinity, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]) {
    expect(isInstant(odd)).toBe(false);
  }
});

it('finds where a day begins and ends in a zone, also when the clocks change on it', () => {
  expect(startOfDay('2026-11-20', 'UTC')).toBe(Date.UTC(2026, 10, 20));
  expect(startOfDay('2026-11-20', 'America/New_York')).toBe(Date.UTC(2026, 10, 20, 5));
  expect(startOfDay('2026-11-20', 'Asia/Kolkata')).toBe(Date.UTC(2026, 10, 19, 18, 30));
  // 25 October 2026 has 25 hours in Berlin, 29 March 23.
  const hours = (day: string) =>
    (endOfDay(day, 'Europe/Berlin') + 1 - startOfDay(day, 'Europe/Berlin')) / 3_600_000;
  expect([hours('2026-10-25'), hours('2026-03-29'), hours('2026-06-01')]).toEqual([25, 23, 24]);
});
