/**
 * Random operations for the store and its oracle, as the JSON of the syscalls that the `convex`
 * package makes. Few values, many of them equal or of different types, so that index bounds,
 * filters and documents meet.
 */
import fc from 'fast-check';
import type { QueryJson } from '../../local/convex/store/contract';
import { fullScan, indexRange } from '../../local/convex/store/test-store';
import type { Json, JsonObject } from '../../local/convex/values/value';

const undefinedJson = { $undefined: null };
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Json>(0, 1, 2, 'x', 'y', '', null, true, false) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json>(
      { $integer: 'AQAAAAAAAAA=' },
      { $integer: '//////////8=' },
      { $float: 'AAAAAAAAAIA=' },
      { $float: 'AAAAAAAA+H8=' },
      { $bytes: 'AAE=' },
      [1, 'x'],
      [],
      { x: 1 },
      -1.5,
    ),
  },
);
const maybe = fc.oneof(
  { weight: 4, arbitrary: value },
  { weight: 1, arbitrary: fc.constant<Json>(undefinedJson) },
);
const table = fc.constantFrom('items', 'items', 'items', 'others');
const order = fc.constantFrom('asc' as const, 'desc' as const, null);
const fields = fc.record({ a: maybe, b: maybe, o: fc.oneof(maybe, fc.record({ x: value })) });

export type Change =
  | { kind: 'insert'; table: string; fields: JsonObject }
  | { kind: 'patch' | 'replace'; nth: number; fields: JsonObject }
  | { kind: 'delete'; nth: number };

export type Step =
  /** One transaction; `fails` throws at its end, so that nothing of it may stay. */
  | { kind: 'transaction'; changes: Change[]; fails: boolean }
  | { kind: 'collect'; query: QueryJson }
  | { kind: 'paginate'; query: QueryJson; pageSize: number; maximumRowsRead: number | null }
  | { kind: 'get'; nth: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('insert' as const), table, fields }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('patch' as const, 'replace' as const),
      nth: fc.nat(30),
      fields,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth: fc.nat(30) }) },
);

type Bound = readonly ['Gt' | 'Gte' | 'Lt' | 'Lte', Json];
const lower = fc.constantFrom('Gt' as const, 'Gte' as const);
const upper = fc.constantFrom('Lt' as const, 'Lte' as const);
const bounds: fc.Arbitrary<Bound[]> = fc.oneof(
  fc.constant<Bound[]>([]),
  fc.tuple(lower, value).map((bound): Bound[] => [bound]),
  fc.tuple(upper, value).map((bound): Bound[] => [bound]),
  fc.tuple(lower, value, upper, value).map(([gt, low, lt, high]): Bound[] => [
    [gt, low],
    [lt, high],
  ]),
);
const range = fc
  .record({
    index: fc.constantFrom(
      { name: 'items.byA', fields: ['a'] },
      { name: 'items.byAB', fields: ['a', 'b'] },
      { name: 'items.byNested', fields: ['o.x', 'b'] },
    ),
    equal: fc.array(maybe, { maxLength: 2 }),
    bounds,
    order,
  })
  .map(({ index, equal, bounds: chosen, order: direction }) => {
    const eq = equal.slice(0, index.fields.length);
    const next = index.fields[eq.length];
    return indexRange(
      index.name,
      [
        ...eq.map((bound, i) => ({
          type: 'Eq' as const,
          fieldPath: String(index.fields[i]),
          value: bound,
        })),
        ...(next === undefined ? [] : chosen).map(([type, bound]) => ({
          type,
          fieldPath: String(next),
          value: bound,
        })),
      ],
      direction,
    );
  });

const field = fc.constantFrom('a', 'b', 'o.x', 'o', 'missing').map((name) => ({ $field: name }));
const literal = maybe.map((json) => ({ $literal: json }));
/** `n` is a number in every document, so that order and arithmetic have one meaning. */
const numeric = fc.oneof(
  fc.constant<Json>({ $field: 'n' }),
  fc.integer({ min: -3, max: 12 }).map((n): Json => ({ $literal: n })),
  fc
    .tuple(fc.constantFrom('$add', '$sub', '$mul', '$div', '$mod'), fc.integer({ min: 1, max: 4 }))
    .map(([operator, n]): Json => ({ [operator]: [{ $field: 'n' }, { $literal: n }] })),
);
const condition = fc.letrec<{ condition: Json }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(fc.constantFrom('$eq', '$neq'), field, fc.oneof(literal, field))
      .map(([operator, left, right]): Json => ({ [operator]: [left, right] })),
    fc
      .tuple(fc.constantFrom('$lt', '$lte', '$gt', '$gte'), numeric, numeric)
      .map(([operator, left, right]): Json => ({ [operator]: [left, right] })),
    fc
      .tuple(fc.constantFrom('$and', '$or'), fc.array(tie('condition'), { maxLength: 3 }))
      .map(([operator, members]): Json => ({ [operator]: members })),
    tie('condition').map((inner): Json => ({ $not: inner })),
  ),
})).condition;

const source = fc.oneof(
  range,
  fc.tuple(table, order).map(([name, direction]) => fullScan(name, direction)),
  order.map((direction) => indexRange('items.by_creation_time', [], direction)),
);
const filtered = fc
  .tuple(source, fc.array(condition, { maxLength: 2 }))
  .map(([base, filters]): QueryJson => ({
    ...base,
    operators: filters.map((filter) => ({ filter })),
  }));
const limited = fc.tuple(filtered, fc.option(fc.nat(5))).map(([base, limit]): QueryJson => ({
  ...base,
  operators: [...base.operators, ...(limit === null ? [] : [{ limit }])],
}));

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('transaction' as const),
      changes: fc.array(change, { minLength: 1, maxLength: 6 }),
      fails: fc.nat(9).map((n) => n === 0),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('collect' as const), query: limited }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('paginate' as const),
      query: filtered,
      pageSize: fc.integer({ min: 1, max: 5 }),
      maximumRowsRead: fc.option(fc.integer({ min: 1, max: 6 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('get' as const), nth: fc.nat(30) }) },
);
