import { expect, it } from 'vitest';
import { exactInstant, formatInstant, isInstant } from './time';

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
