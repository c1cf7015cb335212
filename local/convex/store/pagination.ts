import { StoreError, type PageRequest, type PageResult } from './contract';
import { queryFingerprint, type CursorCodec, type Position } from './cursor';
import { compileFilter } from './filter';
import type { ScannedRow } from './index-scan';
import type { QueryPlan } from './query-plan';
import { openRows, type RowSource } from './query-stream';
import type { ReadContext } from './read-context';
import { documentFromText } from '../values/convex-json';
import { keyAfter } from '../values/key-encoding';

export interface PageOf {
  context: ReadContext;
  cursors: CursorCodec;
  namespace: string;
  plan: QueryPlan;
}

/**
 * One page: from `cursor` to `endCursor` when that is given (so that the pages of a live list stay
 * adjacent while it changes), otherwise until `pageSize` documents passed the filters. Whether
 * something follows is found by looking one row ahead.
 */
export function readPage(of: PageOf, request: PageRequest): PageResult {
  const { query } = request;
  checkRequest(request);
  const fingerprint = queryFingerprint(of.namespace, query, of.plan.fields);
  const encode = (position: Position) => of.cursors.encode(position, fingerprint);
  const decode = (cursor: string) => of.cursors.decode(cursor, fingerprint);
  const start: Position =
    typeof request.cursor === 'string' ? decode(request.cursor) : { kind: 'start' };
  const stop = request.endCursor ? decode(request.endCursor) : undefined;

  const isEmpty =
    start.kind === 'end' || stop?.kind === 'start' || (!stop && request.pageSize === 0);
  const scan = isEmpty
    ? { page: [], read: [], stoppedAt: start, hitLimit: false }
    : scanPage(of, request, start, stop);
  const { pageStatus, splitAt } = splitOf(scan, request.pageSize);
  return {
    page: scan.page,
    isDone: scan.stoppedAt.kind === 'end',
    continueCursor: encode(scan.stoppedAt),
    splitCursor: splitAt && encode(splitAt),
    pageStatus,
  };
}

interface ScannedPage {
  page: string[];
  /** Position behind each row that was read, filtered ones included. */
  read: Position[];
  stoppedAt: Position;
  hitLimit: boolean;
}

function scanPage(
  of: PageOf,
  request: PageRequest,
  start: Position,
  stop: Position | undefined,
): ScannedPage {
  const filters = request.query.operators.flatMap((operator) =>
    'filter' in operator ? [compileFilter(operator.filter)] : [],
  );
  const { rows, behind } = positionedRows(of, request, start, stop);
  const maxRows = request.maximumRowsRead ?? Infinity;
  const maxBytes = request.maximumBytesRead ?? Infinity;
  const scanned: ScannedPage = { page: [], read: [], stoppedAt: { kind: 'end' }, hitLimit: false };
  let bytes = 0;
  for (let row = rows.next(); row; row = rows.next()) {
    const position = behind(row);
    scanned.read.push(position);
    bytes += row.size;
    const document = filters.length > 0 ? documentFromText(row.body) : undefined;
    if (!document || filters.every((holds) => holds(document))) scanned.page.push(row.body);
    scanned.hitLimit = scanned.read.length >= maxRows || bytes >= maxBytes;
    if (scanned.hitLimit) return { ...scanned, stoppedAt: position };
    if (!stop && scanned.page.length >= request.pageSize) {
      return rows.next() ? { ...scanned, stoppedAt: position } : scanned;
    }
  }
  return stop ? { ...scanned, stoppedAt: stop } : scanned;
}

/** Rows between two positions, and the position behind each. */
function positionedRows(
  { context, namespace, plan }: PageOf,
  request: PageRequest,
  start: Position,
  stop: Position | undefined,
): { rows: RowSource; behind: (row: ScannedRow) => Position } {
  if (plan.kind !== 'search') {
    const bounded = plan.kind === 'range' ? boundedPlan(plan, start, stop) : plan;
    const rows = openRows(context, namespace, bounded, stop ? undefined : request.pageSize + 1);
    return { rows, behind: (row) => ({ kind: 'key', key: row.key }) };
  }
  const all = openRows(context, namespace, plan);
  const last = stop?.kind === 'offset' ? stop.offset : Infinity;
  let offset = 0;
  for (const skip = start.kind === 'offset' ? start.offset : 0; offset < skip; offset++) {
    if (!all.next()) break;
  }
  const next = () => {
    const row = offset < last ? all.next() : undefined;
    if (row) offset++;
    return row;
  };
  return { rows: { next }, behind: () => ({ kind: 'offset', offset }) };
}

function boundedPlan(
  plan: Extract<QueryPlan, { kind: 'range' }>,
  start: Position,
  stop: Position | undefined,
): QueryPlan {
  const range = { ...plan.range };
  const isAscending = plan.order === 'asc';
  if (start.kind === 'key') {
    if (isAscending) range.lo = keyAfter(start.key);
    else range.hi = start.key;
  }
  if (stop?.kind === 'key') {
    if (isAscending) range.hi = keyAfter(stop.key);
    else range.lo = stop.key;
  }
  return { ...plan, range };
}

/** Clients split a page in two at the split cursor when it had to read much more than it gives. */
function splitOf(
  { read, hitLimit }: ScannedPage,
  pageSize: number,
): { pageStatus: PageResult['pageStatus']; splitAt: Position | null } {
  const middle = read[Math.floor((read.length - 1) / 2)] ?? null;
  const splitAt = read.length >= 2 ? middle : null;
  if (hitLimit) return { pageStatus: 'SplitRequired', splitAt };
  if (splitAt && read.length > pageSize + 1) return { pageStatus: 'SplitRecommended', splitAt };
  return { pageStatus: null, splitAt: null };
}

function checkRequest({ pageSize, query, maximumRowsRead }: PageRequest): void {
  if (!Number.isInteger(pageSize) || pageSize < 0) {
    throw new StoreError('InvalidQuery', `numItems must be a whole number, not ${pageSize}.`);
  }
  if (maximumRowsRead !== null && maximumRowsRead !== undefined && maximumRowsRead < 1) {
    throw new StoreError(
      'InvalidQuery',
      `maximumRowsRead must be positive, not ${maximumRowsRead}.`,
    );
  }
  if (query.operators.some((operator) => 'limit' in operator)) {
    throw new StoreError('InvalidQuery', 'A paginated query takes no limit; use numItems.');
  }
}
