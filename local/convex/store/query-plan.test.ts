import { describe, expect, it } from 'vitest';
import type { IndexBoundType, QueryJson } from './contract';
import { schemaOf } from './test-schema';
import { collect, fullScan, indexRange, temporaryStore } from './test-store';
import type { Json, JsonObject } from '../values/value';

const bound = (type: IndexBoundType, fieldPath: string, value: Json = 1) => ({
  type,
  fieldPath,
  value,
});
const where = (filter: Json): QueryJson => ({ ...fullScan('items'), operators: [{ filter }] });
const field = (name: string) => ({ $field: name });
const literal = (value: Json) => ({ $literal: value });
const int = (base64: string) => literal({ $integer: base64 });

async function run(query: QueryJson): Promise<JsonObject[]> {
  const store = temporaryStore();
  const { value } = await store.write((tx) => {
    const scope = tx.namespace('');
    tx.applySchema('', schemaOf({ items: { indexes: { byAB: ['a', 'b'] } } }));
    for (const n of [0, 1, 2, 3]) scope.insert('items', { n, isEven: n % 2 === 0, text: 'x' });
    return collect(scope, query);
  });
  return value;
}

describe('queries that Convex refuses', () => {
  it.each<[string, QueryJson, RegExp]>([
    ['an unknown index', indexRange('items.byC'), /items\.byC not found.*schema/],
    ['an index of an unknown table', indexRange('nothing.byA'), /nothing\.byA not found/],
    [
      'fields out of order',
      indexRange('items.byAB', [bound('Eq', 'b')]),
      /names "b" where "a" is expected.*a, b, _creationTime/,
    ],
    [
      'an equality after a bound',
      indexRange('items.byAB', [bound('Gt', 'a'), bound('Eq', 'a')]),
      /eq after a bound on "a"/,
    ],
    [
      'two lower bounds',
      indexRange('items.byAB', [bound('Gt', 'a'), bound('Gte', 'a')]),
      /two lower bounds on "a"/,
    ],
    [
      'bounds on two fields',
      indexRange('items.byAB', [bound('Gt', 'a'), bound('Lt', 'b')]),
      /names "b" where "a" is expected/,
    ],
    ['an unknown operator', where({ $like: [field('a'), literal('x')] }), /Unknown filter.*\$like/],
    ['an operand too few', where({ $eq: [field('a')] }), /two operands/],
    ['a condition that is no boolean', where(field('text')), /must be a boolean, got "x"/],
    [
      'arithmetic on text',
      where({ $add: [field('text'), literal(1)] }),
      /calculate with "x" and 1/,
    ],
    [
      'an integer overflow',
      where({ $eq: [{ $add: [int('/////////38='), int('AQAAAAAAAAA=')] }, literal(0)] }),
      /overflows 64 bits/,
    ],
    [
      'a division by zero',
      where({ $eq: [{ $div: [int('AQAAAAAAAAA='), int('AAAAAAAAAAA=')] }, literal(0)] }),
      /by zero/,
    ],
  ])('%s', async (_, query, message) => {
    await expect(run(query)).rejects.toThrow(message);
  });
});

describe('filters and limits', () => {
  it('count a missing field as false and compare it as the least value', async () => {
    expect(await run(where(field('missing')))).toEqual([]);
    expect(await run(where({ $lt: [field('missing'), literal(null)] }))).toHaveLength(4);
    expect(
      await run(where({ $eq: [field('missing'), literal({ $undefined: null })] })),
    ).toHaveLength(4);
  });

  it('apply in the order they were chained', async () => {
    const even = { filter: field('isEven') };
    const numbers = async (operators: QueryJson['operators']) =>
      (await run({ ...fullScan('items'), operators })).map((it) => it['n']);
    expect(await numbers([{ limit: 2 }, even])).toEqual([0]);
    expect(await numbers([even, { limit: 2 }])).toEqual([0, 2]);
    expect(await numbers([even, { limit: 0 }])).toEqual([]);
    expect(await numbers([{ limit: 3 }, { limit: 2 }])).toEqual([0, 1]);
  });
});

describe('bounds on _id, the last field of every index', () => {
  it('resume a list exactly after a document, as streams of convex-helpers do', async () => {
    const store = temporaryStore();
    const { value } = await store.write((tx) => {
      const scope = tx.namespace('');
      tx.applySchema('', schemaOf({ items: { indexes: { byAB: ['a', 'b'] } } }));
      for (const n of [0, 1, 2, 3]) scope.insert('items', { a: 'same', b: 'same', n });
      const all = collect(scope, indexRange('items.byAB'));
      const after = all[1] ?? {};
      const path = [bound('Eq', 'a', 'same'), bound('Eq', 'b', 'same')];
      const at = [...path, bound('Eq', '_creationTime', after._creationTime)];
      const numbers = (query: QueryJson) => collect(scope, query).map(({ n }) => n);
      return [
        numbers(indexRange('items.byAB', [...at, bound('Gt', '_id', after._id)])),
        numbers(indexRange('items.byAB', [...at, bound('Gte', '_id', after._id)])),
        numbers(
          indexRange('items.byAB', [...path, bound('Gt', '_creationTime', after._creationTime)]),
        ),
      ];
    });
    expect(value).toEqual([[], [1], [2, 3]]);
  });
});
