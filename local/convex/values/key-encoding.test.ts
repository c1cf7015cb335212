import { compareValues } from 'convex/values';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyNumber, anyValue } from './arbitraries';
import { encodeKey, keyAfter, prefixEnd } from './key-encoding';
import type { Value } from './value';

const sign = (n: number) => Math.sign(n);
const maybe = fc.option(anyValue, { nil: undefined });

describe('index keys', () => {
  it('sort as Convex compares values, of any types', () => {
    fc.assert(
      fc.property(maybe, maybe, (a, b) => {
        expect(sign(Buffer.compare(encodeKey([a]), encodeKey([b])))).toBe(
          sign(compareValues(a, b)),
        );
      }),
      { numRuns: 20_000 },
    );
  });

  it('sort numbers as Convex does: NaN last, -0 before 0', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        expect(sign(Buffer.compare(encodeKey([a]), encodeKey([b])))).toBe(
          sign(compareValues(a, b)),
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it('sort negative NaNs before -Infinity, by their payload', () => {
    const negativeNaN = (bits: bigint) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, bits);
      return view.getFloat64(0);
    };
    const values = [negativeNaN(0xfff8000000000000n), negativeNaN(0xfff8000000000001n), -Infinity];
    for (const a of values) {
      for (const b of values) {
        expect(sign(Buffer.compare(encodeKey([a]), encodeKey([b])))).toBe(
          sign(compareValues(a, b)),
        );
      }
    }
  });

  it('of tuples sort field by field', () => {
    const tuple = fc.tuple(maybe, maybe, maybe);
    fc.assert(
      fc.property(tuple, tuple, (a, b) => {
        const order = a.map((value, i) => compareValues(value, b[i])).find((n) => n !== 0) ?? 0;
        expect(sign(Buffer.compare(encodeKey(a), encodeKey(b)))).toBe(sign(order));
      }),
      { numRuns: 10_000 },
    );
  });

  it('that start with a prefix lie between it and its end, and no others do', () => {
    fc.assert(
      fc.property(maybe, maybe, maybe, (prefix, other, next) => {
        const lo = encodeKey([prefix]);
        const hi = prefixEnd(lo);
        const key = encodeKey([other, next]);
        const isInside = Buffer.compare(lo, key) <= 0 && Buffer.compare(key, hi) < 0;
        expect(isInside).toBe(compareValues(prefix, other) === 0);
      }),
      { numRuns: 10_000 },
    );
  });

  it('have nothing between a key and the one after it', () => {
    fc.assert(
      fc.property(maybe, maybe, (a, b) => {
        const key = encodeKey([a]);
        const other = encodeKey([b]);
        const isBetween =
          Buffer.compare(key, other) < 0 && Buffer.compare(other, keyAfter(key)) < 0;
        expect(isBetween).toBe(false);
      }),
    );
  });

  it('grow with what they hold', () => {
    const long: Value = 'x'.repeat(100_000);
    expect(encodeKey([long, 1]).length).toBe(100_000 + 2 + 9);
    expect(encodeKey(['short'])).toEqual(Buffer.from([7, ...Buffer.from('short'), 0]));
  });
});
