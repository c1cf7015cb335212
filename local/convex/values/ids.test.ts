import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { encodeId, newId, tableNumberOf } from './ids';

const tableNumber = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const random = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('ids', () => {
  it('give back the number of their table, in 31 to 37 characters', () => {
    fc.assert(
      fc.property(tableNumber, random, (number, bytes) => {
        const id = encodeId(number, bytes);
        expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{31,37}$/);
        expect(tableNumberOf(id)).toBe(number);
      }),
      { numRuns: 5_000 },
    );
  });

  it('with one character changed are not ids', () => {
    fc.assert(
      fc.property(tableNumber, random, fc.nat(), fc.nat(), (number, bytes, at, to) => {
        const id = encodeId(number, bytes);
        const i = at % id.length;
        const changed = '0123456789abcdefghjkmnpqrstvwxyz'.charAt(to % 32);
        fc.pre(id.charAt(i) !== changed);
        expect(tableNumberOf(id.slice(0, i) + changed + id.slice(i + 1))).toBeUndefined();
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['', 'users', 'x'.repeat(32), newId(1).toUpperCase(), `${newId(1)}0`, 'i'.repeat(32)])(
    'are not just any text: %s',
    (text) => expect(tableNumberOf(text)).toBeUndefined(),
  );

  it('differ', () => {
    const ids = new Set(Array.from({ length: 2_000 }, () => newId(10_001)));
    expect(ids.size).toBe(2_000);
  });

  it('of one moment lie side by side, after those of earlier ones', () => {
    vi.useFakeTimers();
    try {
      const groups = Array.from({ length: 50 }, () => {
        vi.advanceTimersByTime(1);
        return Array.from({ length: 20 }, () => newId(10_001));
      });
      expect(groups.flatMap((group) => group.toSorted())).toEqual(groups.flat().toSorted());
    } finally {
      vi.useRealTimers();
    }
  });
});
