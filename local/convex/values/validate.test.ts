import { v, type GenericValidator } from 'convex/values';
import { describe, expect, it } from 'vitest';
import { newId } from './ids';
import { checkValue, describeProblem } from './validate';
import { validatorProblem, type ValidatorJson } from './validator';
import type { Json, Value } from './value';

const userId = newId(1);
const context = { tableOfId: (id: string) => (id === userId ? 'users' : null) };

/** The JSON a pushed schema carries; the library keeps the getter internal. */
function json(validator: GenericValidator): ValidatorJson {
  const { json } = validator as unknown as { json: Json };
  expect(validatorProblem(json)).toBeUndefined();
  return json as ValidatorJson;
}

const explain = (validator: GenericValidator, value: Value) => {
  const problem = checkValue(json(validator), value, context);
  return problem && describeProblem(problem);
};

const bytes = new ArrayBuffer(2);
const person = v.object({ name: v.string(), age: v.optional(v.number()) });
const event = v.union(
  v.object({ kind: v.literal('made'), by: v.id('users') }),
  v.object({ kind: v.literal('gone') }),
);

describe('validators', () => {
  it.each<[string, GenericValidator, Value, Value]>([
    ['null', v.null(), null, 0],
    ['number', v.number(), 1.5, 1n],
    ['int64', v.int64(), 1n, 1],
    ['boolean', v.boolean(), false, 0],
    ['string', v.string(), 'x', null],
    ['bytes', v.bytes(), bytes, [1, 2]],
    ['literal', v.literal('a'), 'a', 'b'],
    ['literal int64', v.literal(5n), 5n, 5],
    ['id', v.id('users'), userId, 'someone'],
    ['id of another table', v.id('users'), userId, newId(2)],
    ['array', v.array(v.number()), [1, 2], [1, '2']],
    ['record', v.record(v.string(), v.number()), { a: 1 }, { a: 'x' }],
    ['record of ids', v.record(v.id('users'), v.null()), { [userId]: null }, { x: null }],
    ['object', person, { name: 'Ada' }, { name: 1 }],
    ['object, missing field', person, { name: 'Ada', age: 1 }, { age: 1 }],
    ['object, extra field', person, { name: 'Ada' }, { name: 'Ada', x: 1 }],
    ['object is no array', v.object({}), {}, []],
    ['object is no bytes', v.object({}), {}, bytes],
    ['union', event, { kind: 'made', by: userId }, { kind: 'made' }],
    ['union of one', v.union(v.null()), null, 1],
  ])('%s: takes what fits, refuses what does not', (_, validator, good, bad) => {
    expect(explain(validator, good)).toBeUndefined();
    expect(explain(validator, bad)).toBeDefined();
  });

  it('any takes everything', () => {
    for (const value of [null, 1, 1n, 'x', bytes, [], {}]) {
      expect(explain(v.any(), value)).toBeUndefined();
    }
  });

  it('names the path, the value and the validator', () => {
    const validator = v.object({ list: v.array(v.object({ at: v.number() })) });
    expect(explain(validator, { list: [{ at: 1 }, { at: 'x' }] })).toBe(
      'Value does not match validator.\nPath: .list[1].at\nValue: "x"\nValidator: v.float64()',
    );
    expect(explain(person, {})).toMatch(
      /missing the required field `name`.*v\.optional[\s\S]*v\.object\(\{name: v\.string\(\), age: v\.optional\(v\.float64\(\)\)\}\)/,
    );
  });

  it('tells what is wrong inside the member of a union that the value means', () => {
    expect(explain(event, { kind: 'made', by: 'nobody' })).toMatch(
      /Expected an id of table "users"[\s\S]*Path: \.by/,
    );
  });

  it('does not take fields of the prototype for fields of the object', () => {
    expect(explain(v.object({ toString: v.string() }), {})).toMatch(/missing the required field/);
    expect(explain(v.object({}), { constructor: 1 })).toMatch(/extra field `constructor`/);
  });

  it.each<[Json, RegExp]>([
    [{ type: 'map' }, /unknown kind "map"/],
    [{ type: 'object', value: { a: { fieldType: { type: 'x' }, optional: true } } }, /\.a.*"x"/],
    [{ type: 'commitTs' }, /does not support/],
    [null, /not a validator/],
  ])('that are none are refused: %j', (broken, message) => {
    expect(validatorProblem(broken)).toMatch(message);
  });
});
