/** Random reads, writes and how to do them: the model of the read-set property. */
import fc from 'fast-check';
import type { PageRequest, QueryJson, QueryOperator, ReadScope, WriteScope } from './contract';
import { schemaOf } from './test-schema';
import { fullScan, indexRange } from './test-store';
import type { Json } from '../values/value';

export const schema = schemaOf({
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
/** Repeated words and texts of different lengths, so that ranks differ. */
const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));

export type Read =
  | { kind: 'get'; nth: number }
  | { kind: 'count'; table: string }
  | { kind: 'stream'; query: QueryJson; take: number }
  | { kind: 'page'; query: QueryJson; pageSize: number; pages: number; maxRows: number | null };

export type Write =
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
const search = fc.record({ value: phrase, a: fc.option(small) }).map(({ value, a }): QueryJson => ({
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
  .record({
    base: fc.oneof({ weight: 4, arbitrary: range }, scan, byId),
    filters: fc.array(filter, { maxLength: 1 }),
  })
  .map(({ base, filters }): QueryJson => ({ ...base, operators: filters }));

export const read: fc.Arbitrary<Read> = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), nth: fc.nat(9) }),
  fc.record({
    kind: fc.constant('count' as const),
    table: fc.constantFrom('items', 'others', 'absent'),
  }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('stream' as const),
      query: fc.oneof({ weight: 3, arbitrary: query }, { weight: 1, arbitrary: search }),
      take: fc.nat(6),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('page' as const),
      query: fc.oneof({ weight: 3, arbitrary: query }, { weight: 1, arbitrary: search }),
      pageSize: fc.nat(3),
      pages: fc.integer({ min: 1, max: 3 }),
      maxRows: fc.option(fc.integer({ min: 1, max: 4 })),
    }),
  },
);
export const insert = fc.record({
  kind: fc.constant('insert' as const),
  table: fc.constantFrom('items', 'items', 'items', 'others', 'absent'),
  a: small,
  b: small,
  text: phrase,
});
const nth = fc.nat(9);
const patch = fc.record({ kind: fc.constant('patch' as const), nth, a: small, text: phrase });
export const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 2, arbitrary: insert },
  // What moves a document from one part of an index to another is the easiest to miss.
  { weight: 4, arbitrary: patch },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), nth }) },
);

/** Runs one read and prints all that its caller could see. */
export function observe(scope: ReadScope, read: Read, ids: readonly string[]): string {
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

export function apply(scope: WriteScope, write: Write, ids: string[]): void {
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
