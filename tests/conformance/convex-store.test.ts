/**
 * The store against convex-test, Convex's own in-memory mock: the same random operations, as the
 * JSON of the syscalls that the `convex` package makes, must give the same documents.
 *
 * Left out, because convex-test differs there from Convex: `<` and `>` between values of different
 * types in `.filter`, the order of ids, search relevance.
 */
import { convexTest } from 'convex-test';
import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  PageRequest,
  PageResult,
  QueryJson,
  SchemaJson,
  WriteScope,
} from '../../local/convex/store/contract';
import { collect, fullScan, indexRange, temporaryStore } from '../../local/convex/store/test-store';
import type { Json, JsonObject } from '../../local/convex/values/value';

const schema = defineSchema({
  items: defineTable(v.any())
    .index('byA', ['a'])
    .index('byAB', ['a', 'b'])
    .index('byNested', ['o.x', 'b']),
  others: defineTable(v.any()),
});
// `export()` is what the CLI pushes; the library does not put it into its types.
const schemaJson = JSON.parse((schema as unknown as { export(): string }).export()) as SchemaJson;

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

type Change =
  | { kind: 'insert'; table: string; fields: JsonObject }
  | { kind: 'patch' | 'replace'; nth: number; fields: JsonObject }
  | { kind: 'delete'; nth: number };

type Step =
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

const step: fc.Arbitrary<Step> = fc.oneof(
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

/** One way to run steps; `nth` names the documents in the order of their insertion. */
interface Side {
  run(step: Step, firstNumber: number): Promise<Json>;
}

const withoutUndefined = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(([, json]) => JSON.stringify(json) !== '{"$undefined":null}'),
  );

/** System fields aside: ids and times differ between the sides by nature. */
function comparable(json: Json): Json {
  if (json === null) return null;
  const { _id, _creationTime, ...rest } = json as JsonObject;
  return Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}

class Undo extends Error {}

/** Pages until done, then each page once more between its own cursors, as a live list does. */
async function paginate(
  { query, pageSize, maximumRowsRead }: Extract<Step, { kind: 'paginate' }>,
  page: (request: PageRequest) => Promise<Omit<PageResult, 'page'> & { page: Json[] }>,
): Promise<Json> {
  const seen: Json[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 60; pages++) {
    const first = await page({ query, cursor, pageSize, maximumRowsRead });
    const again = await page({ query, cursor, endCursor: first.continueCursor, pageSize });
    seen.push({
      page: first.page.map(comparable),
      isDone: first.isDone,
      pageStatus: first.pageStatus,
      isSplit: first.splitCursor !== null,
      again: again.page.map(comparable),
    });
    if (first.isDone) return seen;
    cursor = first.continueCursor;
  }
  throw new Error('Pagination does not end.');
}

function storeSide(namespace: string, store: ReturnType<typeof temporaryStore>): Side {
  const ids: string[] = [];
  const apply = (scope: WriteScope, each: Change, number: number): void => {
    if (each.kind === 'insert') {
      ids.push(scope.insert(each.table, withoutUndefined({ ...each.fields, n: number })));
      return;
    }
    const id = ids[each.nth];
    if (id === undefined || scope.get(id) === null) return;
    if (each.kind === 'delete') scope.delete(id);
    else if (each.kind === 'patch') scope.patch(id, each.fields);
    else scope.replace(id, withoutUndefined({ ...each.fields, n: number }));
  };
  return {
    run: async (step, firstNumber) => {
      if (step.kind === 'transaction') {
        const known = ids.length;
        await store
          .write((tx) => {
            step.changes.forEach((each, i) =>
              apply(tx.namespace(namespace), each, firstNumber + i),
            );
            if (step.fails) throw new Undo();
          })
          .catch((error: unknown) => {
            if (!(error instanceof Undo)) throw error;
            ids.length = known;
          });
        return null;
      }
      const { value: result } = await store.read(async (tx): Promise<Json> => {
        const scope = tx.namespace(namespace);
        if (step.kind === 'collect') return collect(scope, step.query).map(comparable);
        if (step.kind === 'paginate') {
          return paginate(step, async (request) => {
            const found = scope.queryPage(request);
            return { ...found, page: found.page.map((text) => JSON.parse(text) as Json) };
          });
        }
        const id = ids[step.nth];
        return id === undefined ? null : comparable(JSON.parse(scope.get(id) ?? 'null') as Json);
      });
      return result;
    },
  };
}

/** The global through which the `convex` package reaches its backend; convex-test installs it. */
interface ConvexGlobal {
  syscall(operation: string, json: string): string;
  asyncSyscall(operation: string, json: string): Promise<string>;
}

function oracleSide(): Side {
  const world = convexTest(schema, { './_generated/api.js': () => Promise.resolve({}) });
  const ids: string[] = [];
  const convex = () => (globalThis as unknown as { Convex: ConvexGlobal }).Convex;
  const call = async (operation: string, args: unknown) =>
    JSON.parse(await convex().asyncSyscall(operation, JSON.stringify(args))) as JsonObject;
  const apply = async (each: Change, number: number): Promise<void> => {
    if (each.kind === 'insert') {
      const document = withoutUndefined({ ...each.fields, n: number });
      const made = await call('1.0/insert', { table: each.table, value: document });
      ids.push(made['_id'] as string);
      return;
    }
    const id = ids[each.nth];
    if (id === undefined || (await call('1.0/get', { id, isSystem: false })) === null) return;
    if (each.kind === 'delete') await call('1.0/remove', { id });
    else if (each.kind === 'patch') await call('1.0/shallowMerge', { id, value: each.fields });
    else {
      const document = withoutUndefined({ ...each.fields, n: number });
      await call('1.0/replace', { id, value: document });
    }
  };
  const read = async (step: Extract<Step, { kind: 'collect' | 'get' }>): Promise<Json> => {
    if (step.kind === 'get') {
      const id = ids[step.nth];
      return id === undefined ? null : comparable(await call('1.0/get', { id, isSystem: false }));
    }
    const opened = convex().syscall('1.0/queryStream', JSON.stringify({ query: step.query }));
    const { queryId } = JSON.parse(opened) as { queryId: number };
    const found: Json[] = [];
    for (;;) {
      const next = await call('1.0/queryStreamNext', { queryId });
      if (next['done'] === true) return found;
      found.push(comparable(next['value'] ?? null));
    }
  };
  // Results leave as text: the library would take Convex-JSON in them for values.
  const inFunction = async <T>(body: () => Promise<T>): Promise<T> =>
    JSON.parse(await world.run(async () => JSON.stringify(await body()))) as T;
  return {
    run: async (step, firstNumber) => {
      if (step.kind === 'paginate') {
        return paginate(step, (request) =>
          inFunction(async () => {
            const found = await call('1.0/queryPage', request);
            return found as unknown as Omit<PageResult, 'page'> & { page: Json[] };
          }),
        );
      }
      if (step.kind !== 'transaction') return inFunction(() => read(step));
      const known = ids.length;
      await world
        .run(async () => {
          for (const [i, each] of step.changes.entries()) await apply(each, firstNumber + i);
          if (step.fails) throw new Undo();
        })
        .catch((error: unknown) => {
          if (!(error instanceof Undo)) throw error;
          ids.length = known;
        });
      return null;
    },
  };
}

describe('the store and convex-test', () => {
  it('give the same answers to the same random operations', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
    console.info(`convex-store conformance: SEED=${seed}`);
    const store = temporaryStore();
    let runs = 0;
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const namespace = `run${runs++}`;
        await store.write((tx) => tx.applySchema(namespace, schemaJson));
        const [ours, theirs] = [storeSide(namespace, store), oracleSide()];
        for (const [i, each] of steps.entries()) {
          const [mine, expected] = [await ours.run(each, i * 10), await theirs.run(each, i * 10)];
          expect(mine, `step ${i}: ${JSON.stringify(each)}`).toEqual(expected);
          if (each.kind !== 'transaction') compared++;
        }
      }),
      { numRuns: 300, seed },
    );
    expect(compared).toBeGreaterThan(1_000);
  }, 120_000);
});
