import { indexFields, type Catalog, type IndexInfo, type TableInfo } from './catalog';
import { StoreError, type Order, type QueryJson, type QuerySource } from './contract';
import type { KeyRange } from './index-scan';
import { searchLimits, type SearchRequest } from './search-words';
import { valueOrUndefined } from '../values/convex-json';
import { encodeKey, prefixEnd } from '../values/key-encoding';
import type { Value } from '../values/value';

/** `fields`: those of the index, in order. */
export type QueryPlan = { fields: readonly string[] } &
  /** A table that does not exist (yet): nothing to read, but its birth changes the result. */
  (
    | { kind: 'nothing'; tableName: string }
    | { kind: 'range'; table: TableInfo; index: IndexInfo; order: Order; range: KeyRange }
    | { kind: 'search'; table: TableInfo; index: IndexInfo; request: SearchRequest }
  );

const maxOperators = 256;

export function planQuery(catalog: Catalog, namespace: string, query: QueryJson): QueryPlan {
  if (query.operators.length > maxOperators) {
    throw invalid(
      `A query has at most ${maxOperators} operators, this one ${query.operators.length}.`,
    );
  }
  const { source } = query;
  switch (source.type) {
    case 'FullTableScan': {
      const table = catalog.table(namespace, source.tableName);
      const fields = ['_creationTime'];
      if (!table) return { kind: 'nothing', fields, tableName: source.tableName };
      const index = builtIn(table, 'by_creation_time');
      const order = source.order ?? 'asc';
      return { kind: 'range', fields, table, index, order, range: wholeIndex() };
    }
    case 'IndexRange':
      return planRange(catalog, namespace, source);
    case 'Search':
      return planSearch(catalog, namespace, source);
    default:
      throw invalid(`Unknown query source ${JSON.stringify((source as { type: unknown }).type)}.`);
  }
}

function planRange(
  catalog: Catalog,
  namespace: string,
  source: Extract<QuerySource, { type: 'IndexRange' }>,
): QueryPlan {
  const { table, tableName, index, indexName } = resolve(catalog, namespace, source.indexName);
  if (!table) {
    if (indexName === 'by_id' || indexName === 'by_creation_time') {
      const fields = indexName === 'by_id' ? ['_id'] : ['_creationTime', '_id'];
      return { kind: 'nothing', fields, tableName };
    }
    throw missingIndex(catalog, namespace, tableName, indexName);
  }
  if (!index || index.definition.kind === 'search') {
    throw missingIndex(catalog, namespace, tableName, indexName);
  }
  const fields = indexFields(index.definition);
  const range = keyRange(source, fields);
  return { kind: 'range', fields, table, index, order: source.order ?? 'asc', range };
}

/** Equalities in the index's order, then at most one lower and one upper bound on the next field. */
function keyRange(
  source: Extract<QuerySource, { type: 'IndexRange' }>,
  fields: readonly string[],
): KeyRange {
  const equal: (Value | undefined)[] = [];
  let bounded: string | undefined;
  let lower: { value: Value | undefined; inclusive: boolean } | undefined;
  let upper: { value: Value | undefined; inclusive: boolean } | undefined;
  for (const { type, fieldPath, value } of source.range) {
    const expected = bounded ?? fields[equal.length];
    if (fieldPath !== expected) {
      const wanted = expected === undefined ? 'no further field' : `"${expected}"`;
      throw invalid(
        `The range of index ${source.indexName} names "${fieldPath}" where ${wanted} is expected. ` +
          `Its fields, in order: ${fields.join(', ')}.`,
      );
    }
    const bound = valueOrUndefined(value);
    if (type === 'Eq') {
      if (bounded !== undefined) {
        throw invalid(
          `The range of index ${source.indexName} has an eq after a bound on "${bounded}".`,
        );
      }
      equal.push(bound);
      continue;
    }
    bounded = fieldPath;
    const isLower = type === 'Gt' || type === 'Gte';
    if (isLower ? lower : upper) {
      throw invalid(
        `The range of index ${source.indexName} has two ${isLower ? 'lower' : 'upper'} bounds on "${fieldPath}".`,
      );
    }
    if (isLower) lower = { value: bound, inclusive: type === 'Gte' };
    else upper = { value: bound, inclusive: type === 'Lte' };
  }
  const prefix = encodeKey(equal);
  const lo = lower ? encodeKey([...equal, lower.value]) : prefix;
  const hi = upper ? encodeKey([...equal, upper.value]) : prefix;
  return {
    lo: lower && !lower.inclusive ? prefixEnd(lo) : lo,
    hi: !upper || upper.inclusive ? prefixEnd(hi) : hi,
  };
}

function planSearch(
  catalog: Catalog,
  namespace: string,
  source: Extract<QuerySource, { type: 'Search' }>,
): QueryPlan {
  const { table, tableName, index, indexName } = resolve(catalog, namespace, source.indexName);
  const definition = index?.definition;
  if (!table || !index || definition?.kind !== 'search') {
    throw missingIndex(catalog, namespace, tableName, indexName);
  }
  const searches = source.filters.filter((filter) => filter.type === 'Search');
  const [search] = searches;
  if (!search || searches.length > 1) {
    throw invalid(
      `A search of index ${source.indexName} needs exactly one .search(), got ${searches.length}.`,
    );
  }
  if (search.fieldPath !== definition.searchField || typeof search.value !== 'string') {
    throw invalid(
      `Index ${source.indexName} searches text in "${definition.searchField}", not ${JSON.stringify(search.value)} in "${search.fieldPath}".`,
    );
  }
  const filters = source.filters
    .filter((filter) => filter.type === 'Eq')
    .map(({ fieldPath, value }) => {
      const position = definition.filterFields.indexOf(fieldPath);
      if (position < 0) {
        throw invalid(
          `Index ${source.indexName} does not filter by "${fieldPath}". Its filter fields: ${definition.filterFields.join(', ') || 'none'}.`,
        );
      }
      return { position, value: valueOrUndefined(value) };
    });
  if (filters.length > searchLimits.filters) {
    throw invalid(`A search has at most ${searchLimits.filters} equality filters.`);
  }
  const fields = [definition.searchField, ...definition.filterFields];
  return { kind: 'search', fields, table, index, request: { text: search.value, filters } };
}

export function wholeIndex(): KeyRange {
  return { lo: Buffer.alloc(0), hi: prefixEnd(Buffer.alloc(0)) };
}

export function builtIn(table: TableInfo, name: 'by_id' | 'by_creation_time'): IndexInfo {
  const index = table.indexes.get(name);
  if (!index) throw new Error(`Table "${table.name}" has lost its index ${name}.`);
  return index;
}

function resolve(catalog: Catalog, namespace: string, qualified: string) {
  const dot = qualified.indexOf('.');
  const tableName = qualified.slice(0, dot);
  const indexName = qualified.slice(dot + 1);
  const table = catalog.table(namespace, tableName);
  return { table, tableName, index: table?.indexes.get(indexName), indexName };
}

function missingIndex(
  catalog: Catalog,
  namespace: string,
  tableName: string,
  indexName: string,
): StoreError {
  const schema = catalog.schema(namespace)?.tables.find((table) => table.tableName === tableName);
  const staged = [...(schema?.stagedDbIndexes ?? []), ...(schema?.stagedSearchIndexes ?? [])];
  const isStaged = staged.some((index) => index.indexDescriptor === indexName);
  return new StoreError(
    'IndexNotFound',
    isStaged
      ? `Index ${tableName}.${indexName} is staged and cannot be queried. Remove \`staged: true\` from the schema.`
      : `Index ${tableName}.${indexName} not found. Declare it in the schema and push again.`,
  );
}

function invalid(message: string): StoreError {
  return new StoreError('InvalidQuery', message);
}
