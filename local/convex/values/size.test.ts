import { getConvexSize } from 'convex/values';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyValue } from './arbitraries';
import { checkDocument, sizeOf } from './size';
import type { Value } from './value';

const nested = (levels: number): Value => {
  let value: Value = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
};

describe('document limits', () => {
  it('count bytes as convex/values does', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(sizeOf(value)).toBe(getConvexSize(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['1 MiB', { text: 'x'.repeat(1024 * 1024 - 9) }, { text: 'x'.repeat(1024 * 1024) }, /1 MiB/],
    ['16 levels', { a: nested(15) }, { a: nested(16) }, /\.a.*deeper than 16/],
    [
      '1,024 fields',
      { o: Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`f${i}`, 1])) },
      { o: Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`f${i}`, 1])) },
      /\.o has 1025 fields/,
    ],
    [
      '8,192 elements',
      { list: Array.from({ length: 8192 }, () => 1) },
      { list: Array.from({ length: 8193 }, () => 1) },
      /\.list has 8193 elements/,
    ],
  ])('allow %s and no more', (_, fits, exceeds, message) => {
    expect(checkDocument(fits)).toBe(sizeOf(fits));
    expect(() => checkDocument(exceeds)).toThrow(message);
  });
});
