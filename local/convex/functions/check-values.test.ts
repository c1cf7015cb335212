import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../engine/contract';
import { checkedResult } from './check-values';

/** Neither tables nor components: a result without `returns` asks for none. */
const nowhere = {} as Parameters<typeof checkedResult>[2];
const without = { path: 'a:b', returns: null };
const any = { path: 'a:b', returns: { type: 'any' as const } };
const long = 'x'.repeat(5_000);

function nested(levels: number, inner: Json): Json {
  return levels === 0 ? inner : [nested(levels - 1, inner)];
}

describe('the result of a function that says nothing of it', () => {
  it.each<[string, Json]>([
    ['too many elements', Array<number>(8_193).fill(0)],
    ['too many fields', Object.fromEntries(Array.from({ length: 1_025 }, (_, i) => [`f${i}`, 0]))],
    ['too deep', nested(65, long)],
    ['too deep behind brackets in a string', [']'.repeat(100), long, nested(65, 0)]],
    ['too deep behind an escaped quote', [`\\"]]]${'}'.repeat(100)}`, long, nested(65, 0)]],
    ['too long', 'x'.repeat(16 * 1024 * 1024)],
  ])('is refused as one that is checked: %s', (_, value) => {
    const json = JSON.stringify(value);
    expect(() => checkedResult(json, any, nowhere)).toThrow(/too|large|long|nested/i);
    expect(() => checkedResult(json, without, nowhere)).toThrow(/too|large|long|nested/i);
  });

  it('is the same as one that is checked', () => {
    const text = fc.string({ unit: fc.constantFrom('"', '\\', '[', '{', ']', '}', ',', 'a') });
    const value = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 12 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(value, (drawn) => {
        const json = JSON.stringify([long, drawn]);
        const checked = JSON.parse(checkedResult(json, any, nowhere)) as Json;
        expect(JSON.parse(checkedResult(json, without, nowhere))).toEqual(checked);
      }),
      { numRuns: 500 },
    );
  });
});
