import { compareValues } from 'convex/values';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IndexBoundType } from './contract';
import { schemaOf } from './test-schema';
import { collect, indexRange, temporaryStore } from './test-store';
import { anyValue } from '../values/arbitraries';
import { fieldAt } from '../values/field-path';
import { fromJson, toJson } from '../values/convex-json';
import type { Value } from '../values/value';

const holds: { [type in IndexBoundType]: (order: number) => boolean } = {
  Eq: (order) => order === 0,
  Gt: (order) => order > 0,
  Gte: (order) => order >= 0,
  Lt: (order) => order < 0,
  Lte: (order) => order <= 0,
};
const boundType = fc.constantFrom<IndexBoundType>('Eq', 'Gt', 'Gte', 'Lt', 'Lte');
const order = fc.constantFrom('asc' as const, 'desc' as const);

describe('index ranges', () => {
  it('by id give the ids that compare so, in order, over many chunks', async () => {
    const store = temporaryStore();
    const { value: ids } = await store.write((tx) => {
      tx.namespace('').insert('others', {});
      return Array.from({ length: 700 }, () => tx.namespace('').insert('items', {}));
    });
    ids.sort(compareValues);
    const anyId = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...ids) },
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom(...ids).map((id) => `${id}\0`),
      fc.constantFrom(...ids).map((id) => id.slice(0, 9)),
      fc.constantFrom<Value>(null, 1, true, [], {}),
    );
    await store.read((tx) => {
      fc.assert(
        fc.property(boundType, anyId, order, (type, bound, direction) => {
          const value = toJson(bound);
          const range = indexRange('items.by_id', [{ type, fieldPath: '_id', value }], direction);
          const wanted = ids.filter((id) => holds[type](compareValues(id, bound)));
          if (direction === 'desc') wanted.reverse();
          // Fresh scopes would share the meter; 40 whole scans fit under its limit of documents.
          expect(collect(tx.namespace(''), range).map((it) => it['_id'])).toEqual(wanted);
        }),
        { numRuns: 40 },
      );
    });
  });

  it('on any values give what compares so, in the order of Convex', async () => {
    const store = temporaryStore();
    await store.write((tx) =>
      tx.applySchema('', schemaOf({ items: { indexes: { byV: ['v.x'] } } })),
    );
    const { value: found } = await store.write((tx) => {
      const scope = tx.namespace('');
      for (const v of fc.sample(anyValue, { numRuns: 400, seed: 7 })) {
        scope.insert('items', { v: toJson({ x: v }) });
      }
      scope.insert('items', { v: 1 });
      return collect(scope, indexRange('items.byV'));
    });
    const x = (json: (typeof found)[number]) => fieldAt(fromJson(json), ['v', 'x']);
    const values = found.map(x);
    expect(values).toHaveLength(401);
    for (const [i, value] of values.entries()) {
      expect(i === 0 || compareValues(values[i - 1], value) <= 0).toBe(true);
    }
    for (const [type, bound, direction] of fc.sample(fc.tuple(boundType, anyValue, order), 60)) {
      const range = [{ type, fieldPath: 'v.x', value: toJson(bound) }];
      const wanted = values.filter((value) => holds[type](compareValues(value, bound)));
      const { value: got } = await store.read((tx) =>
        collect(tx.namespace(''), indexRange('items.byV', range, direction)).map(x),
      );
      expect(got).toHaveLength(wanted.length);
      expect(got.every((value) => holds[type](compareValues(value, bound)))).toBe(true);
    }
  });
});
