import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  Commit,
  PageRequest,
  QueryJson,
  QueryOperator,
  ReadScope,
  Store,
  WriteScope,
} from './contract';
import { schemaOf } from './test-schema';
import { fullScan, indexRange, temporaryStore } from './test-store';
import type { Json } from '../values/value';

const schema = schemaOf({
  items: {
    indexes: { byA: ['a'], byAB: ['a', 'b'] },
    searchIndexes: { search: { searchField: 'text', filterFields: ['a'] } },
  },
  others: {},
});

/** Few values, so that ranges and documents meet often. `$undefined` leaves the field out. */
const small: fc.Arbitrary<Json> = fc.constantFrom<Json>(0, 1, 2, 3, 'x', null, {
  $undefined: null,
});
const order = fc.constantFrom('asc' as const, 'desc' as const);
const word = fc.constantFrom('red', 'green', 'reddish', 'blue');

type Read =
  | { kind: 'get'; nth: number }
  | { kind: 'count'; table: string }
  | { kind: 'stream'; query: QueryJson; take: number }
  | { kind: 'page'; query: QueryJson; pageSize: number; pages: number; maxRows: number | null };

type Write =
  | { kind: 'insert'; table: string; a: Json; b: Json; text: string }
  | { kind: 'patch'; nth: number; a: Json; text: string }
  | { kind: 'delete'; nth: number };

const bound = fc.record({ value: small, type: fc.constantFrom('Gt', 'Gte', 'Lt', 'Lte') });
const range = fc
  .record({ eq: fc.option(small), bounds: fc.array(bound, { maxLength: 1 }), order })
  .map(({ eq, bounds, order: direction }) => {
    const isEqual = eq !== null;
    return indexRange(
      'items.byAB',
      [
        ...(isEqual ? [{ type: 'Eq' as const, fieldPath: 'a', value: eq }] : []),
        ...bounds.map(({ value, type }) => ({ type, fieldPath: isEqual ? 'b' : 'a', value })),
      ],
      direction,
    );
  });
const search = fc.record({ word, a: fc.option(small) }).map(({ word: value, a }): QueryJson => ({
  source: {
    type: 'Search',
    indexName: 'items.search',
    filters: [
      { type: 'Search', fieldPath: 'text', value },
      ...(a === null ? [] : [{ type: 'Eq' as const, fieldPath: 'a', value: a }]),
    ],
  },
  operators: [],
}));
const scan = fc
  .record({ table: fc.constantFrom('items', 'others', 'absent'), order })
  .map((it) => fullScan(it.table, it.order));
const byId = order.map((direction) => indexRange('items.by_id', [], direction));
const filter = small.map((value): QueryOperator => ({
  filter: { $eq: [{ $field: 'b' }, { $literal: value }] },
}));
const query = fc
  .record({ base: fc.oneof(range, scan, byId), filters: fc.array(filter, { maxLength: 1 }) })
  .map(({ base, filters }): QueryJson => ({ ...base, operators: filters }));

const read: fc.Arbitrary<Read> = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), nth: fc.nat(20) }),
  fc.record({
    kind: fc.constant('count' as const),
    table: fc.constantFrom('items', 'others', 'absent'),
  }),
  fc.record({
    kind: fc.constant('stream' as const),
    query: fc.oneof(query, search),
    take: fc.nat(5),
  }),
  fc.record({
    kind: fc.constant('page' as const),
    query: fc.oneof(query, search),
    pageSize: fc.nat(3),
    pages: fc.integer({ min: 1, max: 3 }),
    maxRows: fc.option(fc.integer({ min: 1, max: 4 })),
  }),
);
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    kind: fc.constant('insert' as const),
    table: fc.constantFrom('items', 'items', 'others', 'absent'),
    a: small,
    b: small,
    text: word,
  }),
  fc.record({ kind: fc.constant('patch' as const), nth: fc.nat(20), a: small, text: word }),
  fc.record({ kind: fc.constant('delete' as const), nth: fc.nat(20) }),
);

/** Runs one read and prints all that its caller could see. */
function observe(scope: ReadScope, read: Read, ids: readonly string[]): string {
  switch (read.kind) {
    case 'get': {
      const id = ids[read.nth];
      return id === undefined ? '' : String(scope.get(id));
    }
    case 'count':
      return String(scope.count(read.table));
    case 'stream': {
      const stream = scope.queryStream(read.query);
      const seen = Array.from({ length: read.take }, () => stream.next());
      return seen.join('\n');
    }
    case 'page':
      return observePages(scope, read);
  }
}

function observePages(scope: ReadScope, read: Extract<Read, { kind: 'page' }>): string {
  const seen: string[] = [];
  let request: PageRequest = {
    query: read.query,
    cursor: null,
    pageSize: read.pageSize,
    maximumRowsRead: read.maxRows,
  };
  for (let i = 0; i < read.pages; i++) {
    const result = scope.queryPage(request);
    seen.push(JSON.stringify(result));
    request = { ...request, cursor: result.continueCursor };
  }
  return seen.join('\n');
}

function apply(scope: WriteScope, write: Write, ids: string[]): void {
  if (write.kind === 'insert') {
    const { a, b, text } = write;
    const fields = Object.entries({ a, b, text }).filter(([, value]) => typeof value !== 'object');
    ids.push(scope.insert(write.table, Object.fromEntries(fields)));
    return;
  }
  const id = ids[write.nth];
  if (id === undefined || scope.get(id) === null) return;
  if (write.kind === 'delete') scope.delete(id);
  else scope.patch(id, { a: write.a, text: write.text });
}

async function commitOf(
  store: Store,
  body: (scope: WriteScope) => void,
  namespace = '',
): Promise<Commit[]> {
  const before = store.currentTs();
  await store.write((tx) => body(tx.namespace(namespace)));
  return store.commitsAfter(before) ?? [];
}

describe('read sets', () => {
  it('overlap every commit that changes the result (random reads and commits)', async () => {
    let changes = 0;
    let spared = 0;
    let runs = 0;
    const store = temporaryStore();
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { minLength: 1, maxLength: 12 }),
        fc.array(read, { minLength: 1, maxLength: 6 }),
        fc.array(fc.array(write, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 6 }),
        async (first, reads, commits) => {
          const namespace = `run${runs++}`;
          const ids: string[] = [];
          await store.write((tx) => {
            tx.applySchema(namespace, schema);
            for (const each of first) apply(tx.namespace(namespace), each, ids);
          });
          const run = (each: Read) =>
            store.read((tx) => observe(tx.namespace(namespace), each, ids));
          let known = await Promise.all(reads.map(run));
          for (const writes of commits) {
            const made = await commitOf(
              store,
              (scope) => {
                for (const each of writes) apply(scope, each, ids);
              },
              namespace,
            );
            const now = await Promise.all(reads.map(run));
            for (const [i, before] of known.entries()) {
              // A get of an id that did not exist yet is another read, not another result.
              const isNew = reads[i]?.kind === 'get' && before.value === '';
              const isOverlapping = made.some((commit) => before.reads.overlaps(commit));
              if (before.value !== now[i]?.value && !isNew) {
                changes++;
                expect(isOverlapping, `${JSON.stringify(reads[i])} missed a change`).toBe(true);
              } else if (!isOverlapping && made.length > 0) spared++;
            }
            known = now;
          }
        },
      ),
      { numRuns: 300 },
    );
    // Not vacuous: results did change, and commits elsewhere did leave read sets alone.
    expect(changes).toBeGreaterThan(100);
    expect(spared).toBeGreaterThan(100);
  }, 60_000);

  it('end where reading ended, not where the range does', async () => {
    const store = temporaryStore();
    await store.write((tx) => {
      tx.applySchema('', schema);
      for (const a of [10, 20, 30]) tx.namespace('').insert('items', { a });
    });
    const taken = await store.read((tx) => {
      const stream = tx.namespace('').queryStream(indexRange('items.byA'));
      return [stream.next(), stream.next()];
    });
    const insert = async (a: number) => {
      const [commit] = await commitOf(store, (scope) => scope.insert('items', { a }));
      return commit !== undefined && taken.reads.overlaps(commit);
    };
    expect(await insert(15)).toBe(true);
    expect(await insert(20.5)).toBe(false);
    expect(await insert(5)).toBe(true);
  });

  it('are void after a schema was applied: indexes may be others now', async () => {
    const store = temporaryStore();
    const { reads } = await store.read(() => 'nothing');
    const before = store.currentTs();
    await store.write((tx) => tx.applySchema('', schema));
    expect(store.commitsAfter(before)?.map((commit) => reads.overlaps(commit))).toEqual([true]);
  });

  it('are left alone by writes that were undone', async () => {
    const store = temporaryStore();
    const { reads } = await store.read((tx) => tx.namespace('').count('items'));
    const before = store.currentTs();
    await store.write((tx) => {
      const nested = tx.savepoint();
      tx.namespace('').insert('items', {});
      nested.rollback();
      tx.namespace('').insert('others', {});
    });
    expect(store.commitsAfter(before)?.map((commit) => reads.overlaps(commit))).toEqual([false]);
  });
});
