import { convexToJson, type Value } from 'convex/values';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../engine/contract';
import { decodeTs, encodeTs } from './encoded-ts';
import { toPlainJson } from './plain-json';

// The official encoder's output is JSON by its own type.
const plain = (value: Value) => toPlainJson(convexToJson(value) as Json);

describe('plain JSON', () => {
  it('property: leaves what JSON can say as it is', () => {
    const keys = fc.string({ minLength: 1 }).filter((key) => /^[a-z]\w*$/.test(key));
    const jsonValues = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constant(null),
        fc.boolean(),
        fc.integer(),
        fc.string(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(jsonValues, (value) => {
        expect(plain(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('property: writes every Int64 as its decimal digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(plain({ at: [value] })).toEqual({ at: [value.toString()] });
      }),
    );
  });

  it.each([
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    [Number.NaN, 'NaN'],
    [-0, 0],
    [new Uint8Array([1, 2, 3]).buffer, 'AQID'],
  ])('writes %s as %j', (value, expected) => {
    expect(plain(value)).toBe(expected);
  });
});

describe('timestamps on the wire', () => {
  it('property: come back as they went', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (ts) => {
        expect(decodeTs(encodeTs(ts))).toBe(ts);
      }),
    );
  });

  it('are read by the official client as written (least significant byte first)', () => {
    expect(encodeTs(1n)).toBe('AQAAAAAAAAA=');
    expect(decodeTs('nonsense')).toBeUndefined();
  });
});
