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
    [
      '1 MiB',
      { text: 'x'.repeat(1024 * 1024 - 9) },
      { text: 'x'.repeat(1024 * 1024) },
      /too large \(1.01 MiB > maximum size 1 MiB\)/,
    ],
    [
      '16 levels',
      { a: nested(15) },
      { a: nested(16) },
      /nested 17 levels deep > maximum nesting 16\) at \.a/,
    ],
    [
      '1,024 fields',
      { o: Object.fromEntries(Array.from({ length: 1024 }, (_, i) => [`f${i}`, 1])) },
      { o: Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`f${i}`, 1])) },
      /too many fields \(1025 > maximum number 1024\) at \.o/,
    ],
    [
      '8,192 elements',
      { list: Array.from({ length: 8192 }, () => 1) },
      { list: Array.from({ length: 8193 }, () => 1) },
      /too long \(8193 > maximum length 8192\) at \.list/,
    ],
  ])('allow %s and no more', (_, fits, exceeds, message) => {
    expect(checkDocument(fits)).toBe(sizeOf(fits));
    expect(() => checkDocument(exceeds)).toThrow(message);
  });
});
