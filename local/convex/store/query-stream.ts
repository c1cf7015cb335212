import type { QueryOperator, QueryStream } from './contract';
import { compileFilter, type Predicate } from './filter';
import { IndexScan, type ScannedRow } from './index-scan';
import type { QueryPlan } from './query-plan';
import { emptyRange } from './read-set';
import { searchDocuments } from './search-index';
import { termsOf } from './search-words';
import { tableKey } from './catalog';
import type { ReadContext } from './read-context';
import { documentFromText } from '../values/convex-json';
import { keyAfter } from '../values/key-encoding';

/** A source of rows that notes in the read set what it consumed. */
export interface RowSource {
  next(): ScannedRow | undefined;
}

/** Without operators. `expectedRows` only sizes the first fetch. */
export function openRows(
  context: ReadContext,
  namespace: string,
  plan: QueryPlan,
  expectedRows?: number,
): RowSource {
  context.meter.range();
  switch (plan.kind) {
    case 'nothing':
      context.reads.table(tableKey(namespace, plan.tableName));
      return { next: () => undefined };
    case 'range':
      return openRange(context, plan, expectedRows);
    case 'search':
      return openSearch(context, plan);
  }
}

function openRange(
  context: ReadContext,
  plan: Extract<QueryPlan, { kind: 'range' }>,
  expectedRows?: number,
): RowSource {
  const { range, order, index } = plan;
  if (Buffer.compare(range.lo, range.hi) >= 0) return { next: () => undefined };
  const scan = new IndexScan(context.layers, plan, context.writeCount, expectedRows);
  const consumed = emptyRange(order === 'asc' ? range.lo : range.hi);
  context.reads.range(index.indexNo, consumed);
  return {
    next: () => {
      context.use();
      const row = scan.next();
      if (order === 'asc') consumed.hi = row ? keyAfter(row.key) : range.hi;
      else consumed.lo = row ? row.key : range.lo;
      if (row) {
        context.meter.read(row.size);
        context.remember(row);
      }
      return row;
    },
  };
}

/** Depends on which documents match and how they rank, and on the contents of those it gave. */
function openSearch(context: ReadContext, plan: Extract<QueryPlan, { kind: 'search' }>): RowSource {
  const terms = termsOf(plan.request);
  context.reads.search(plan.index.indexNo, terms);
  const found = searchDocuments(context.layers.searchSource(plan.index), terms);
  let next = 0;
  return {
    next: () => {
      context.use();
      while (next < found.length) {
        const row = context.layers.byNumber(found[next++] as number);
        if (!row) continue;
        context.reads.document(row.id);
        context.meter.read(row.size);
        return { ...row, key: noKey };
      }
      return undefined;
    },
  };
}

const noKey = Buffer.alloc(0);

/** Filters and limits in the order they were chained. */
export function openStream(
  context: ReadContext,
  namespace: string,
  plan: QueryPlan,
  operators: readonly QueryOperator[],
): QueryStream {
  const steps = operators.map(compileOperator);
  const [first] = steps;
  const expected = first?.kind === 'limit' ? first.left : undefined;
  const rows = openRows(context, namespace, plan, expected);
  let isDone = false;
  return {
    next: () => {
      context.use();
      while (!isDone) {
        if (steps.some((step) => step.kind === 'limit' && step.left === 0)) break;
        const row = rows.next();
        if (!row) break;
        if (passes(steps, row)) return row.body;
      }
      isDone = true;
      return null;
    },
    close: () => {
      isDone = true;
    },
  };
}

type Step = { kind: 'filter'; holds: Predicate } | { kind: 'limit'; left: number };

function compileOperator(operator: QueryOperator): Step {
  return 'filter' in operator
    ? { kind: 'filter', holds: compileFilter(operator.filter) }
    : { kind: 'limit', left: operator.limit };
}

/** A limit counts the rows that reach it. */
function passes(steps: Step[], row: ScannedRow): boolean {
  const needsDocument = steps.some((step) => step.kind === 'filter');
  const document = needsDocument ? documentFromText(row.body) : undefined;
  for (const step of steps) {
    if (step.kind === 'limit') step.left--;
    else if (document && !step.holds(document)) return false;
  }
  return true;
}
