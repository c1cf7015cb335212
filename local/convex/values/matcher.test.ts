import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyValue } from './arbitraries';
import { toJson } from './convex-json';
import { matchesDocument, matchesValue } from './matcher';
import { checkValue } from './validate';
import type { ValidatorJson } from './validator';
import type { Value, ValueObject } from './value';

const context = { tableOfId: (id: string) => (id === 'a' ? 'things' : null) };

/** Validators that accept a value, or nearly: its own shape with some parts made looser or wrong. */
function validatorOf(value: Value, pick: () => number): ValidatorJson {
  const choice = pick();
  if (choice === 0) return { type: 'any' };
  if (choice === 1) return { type: 'id', tableName: 'things' };
  if (choice === 2) return { type: 'union', value: [{ type: 'null' }, shapeOf(value, pick)] };
  return shapeOf(value, pick);
}

function shapeOf(value: Value, pick: () => number): ValidatorJson {
  if (value === null) return { type: 'null' };
  if (Array.isArray(value)) {
    const [first] = value;
    return {
      type: 'array',
      value: first === undefined ? { type: 'any' } : validatorOf(first, pick),
    };
  }
  if (value instanceof ArrayBuffer) return { type: 'bytes' };
  if (typeof value !== 'object') {
    if (pick() % 2 === 0) return { type: 'literal', value: toJson(value) };
    return { type: typeof value as 'string' | 'number' | 'boolean' | 'bigint' };
  }
  const names = Object.keys(value).filter(() => pick() !== 3);
  const field = (name: string) => ({
    fieldType: validatorOf(value[name] as Value, pick),
    optional: pick() % 2 === 0,
  });
  const fields = Object.fromEntries(names.map((name) => [name, field(name)]));
  if (pick() === 4) fields['extra'] = { fieldType: { type: 'string' }, optional: pick() % 2 === 0 };
  return { type: 'object', value: fields };
}

describe('compiled validators', () => {
  it('never accept what the exact check refuses, and nearly always say yes where it does', () => {
    let agreed = 0;
    let accepted = 0;
    fc.assert(
      fc.property(anyValue, anyValue, fc.infiniteStream(fc.nat(9)), (shape, value, stream) => {
        const validator = validatorOf(shape, () => stream.next().value as number);
        for (const candidate of [shape, value]) {
          const isValid = checkValue(validator, candidate, context) === undefined;
          const matches = matchesValue(validator, candidate, context);
          expect(isValid || !matches).toBe(true);
          if (isValid) accepted++;
          if (isValid && matches) agreed++;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(accepted).toBeGreaterThan(500);
    expect(agreed).toBe(accepted);
  });

  it('let a document have its two system fields and nothing else besides', () => {
    const validator: ValidatorJson = {
      type: 'object',
      value: {
        name: { fieldType: { type: 'string' }, optional: false },
        age: { fieldType: { type: 'number' }, optional: true },
      },
    };
    const matches = (fields: ValueObject) =>
      matchesDocument(validator, { _id: 'a', _creationTime: 1, ...fields }, context);
    expect(matches({ name: 'Ada' })).toBe(true);
    expect(matches({ name: 'Ada', age: 36 })).toBe(true);
    expect(matches({ name: 'Ada', other: 1 })).toBe(false);
    expect(matches({ age: 36 })).toBe(false);
    expect(matches({ name: 'Ada', age: 'x' })).toBe(false);
  });

  it('leave fields that every object seems to have to the exact check', () => {
    const any: ValidatorJson = { type: 'any' };
    const value = Object.fromEntries([['toString', { fieldType: any, optional: false }]]);
    const validator: ValidatorJson = { type: 'object', value };
    expect(matchesValue(validator, {}, context)).toBe(false);
  });
});
