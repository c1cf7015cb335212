import fc from 'fast-check';
import type { Value } from './value';

const fieldName = fc
  .string({ minLength: 1, maxLength: 6 })
  .filter((name) => /^[\x20-\x7e]+$/.test(name) && !name.startsWith('$') && name !== '__proto__');

/** Doubles with all their special cases, close neighbours included. */
export const anyNumber = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, -Number.MIN_VALUE),
);

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  anyNumber,
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, 1n, -1n),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '\0', 'a', 'a\0', 'a\0b', 'ab', '\u{10000}', '\uffff'),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => new Uint8Array(bytes).buffer as ArrayBuffer),
);

/** Any value Convex can hold, small, with many near collisions. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fieldName, tie('value'), { maxKeys: 3 }).map((object) => ({ ...object })),
  ),
})).value;
