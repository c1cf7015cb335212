import { internal } from '../_generated/api';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import {
  cellOf,
  type Cells,
  type Counted as CountedRow,
  type PeopleCounts,
  summarise,
  withChanges,
} from './countCells';
import { firstRow } from './firstRow';

/*
 * How many people there are of each kind: one document, written in the transaction of the change.
 * Only `userRows` reports changes. Why one document and no tree: docs/decisions/0005-counts.md.
 *
 * Where people were there before the document, a recount makes it (`recount.ts`).
 */

type Counted = CountedRow & Pick<Doc<'users'>, '_creationTime'>;
type CountsRow = Doc<'peopleCounts'>;

/** `rowAt`: when the row was created, which says whether a recount has passed it. */
interface Change {
  cell: string;
  by: 1 | -1;
  rowAt: number;
}

/**
 * All changes read and write the same document: those that one transaction makes side by side take
 * turns. Keyed by what every function of a transaction shares.
 */
const turns = new WeakMap<MutationCtx['db'], Promise<void>>();
/** Changes that `countTogether` holds back. */
const held = new WeakMap<MutationCtx['db'], Change[]>();

/** When a row that this very transaction inserted was created: later than what a recount has passed. */
export const justNow = Number.MAX_SAFE_INTEGER;

/** May run beside the insertion, begun after it. */
export async function countInserted(ctx: MutationCtx, row: CountedRow): Promise<void> {
  await count(ctx, [{ cell: cellOf(row), by: 1, rowAt: justNow }]);
}

export async function countManyInserted(
  ctx: MutationCtx,
  rows: readonly CountedRow[],
): Promise<void> {
  await count(
    ctx,
    rows.map((row) => ({ cell: cellOf(row), by: 1, rowAt: justNow })),
  );
}

/** Touches the counts only when the row moved to another cell. */
export async function countChanged(
  ctx: MutationCtx,
  before: Counted,
  after: Counted,
): Promise<void> {
  const [from, to] = [cellOf(before), cellOf(after)];
  if (from === to) return;
  const rowAt = before._creationTime;
  await count(ctx, [
    { cell: from, by: -1, rowAt },
    { cell: to, by: 1, rowAt },
  ]);
}

/**
 * For transactions that change many people: the counts are written once, after `write`, also where
 * it throws. Until then `readCounts` in the same transaction does not see its changes.
 */
export async function countTogether<T>(ctx: MutationCtx, write: () => Promise<T>): Promise<T> {
  if (held.has(ctx.db)) return await write();
  await countsRow(ctx, 0);
  const changes: Change[] = [];
  held.set(ctx.db, changes);
  try {
    return await write();
  } finally {
    held.delete(ctx.db);
    await count(ctx, changes);
  }
}

/** While a deployment's first recount is under way: of those it has passed. */
export async function readCounts(ctx: QueryCtx | MutationCtx): Promise<PeopleCounts> {
  return summarise(await readCells(ctx));
}

export async function readCells(ctx: QueryCtx | MutationCtx): Promise<Cells> {
  const row = await ctx.db.query('peopleCounts').first();
  return row?.cells ?? row?.recount?.cells ?? {};
}

async function count(ctx: MutationCtx, changes: readonly Change[]): Promise<void> {
  const later = held.get(ctx.db);
  if (later !== undefined) return void later.push(...changes);
  if (changes.length === 0) return;
  const turn = (turns.get(ctx.db) ?? Promise.resolve()).then(() => write(ctx, changes));
  turns.set(ctx.db, turn);
  await turn;
}

async function write(ctx: MutationCtx, changes: readonly Change[]): Promise<void> {
  const isInsertion = changes.length === 1;
  const row = await countsRow(ctx, isInsertion ? 1 : 0);
  const { cells, recount } = row;
  const passed = changes.filter(({ rowAt }) => recount !== undefined && rowAt <= recount.upTo);
  if (cells === undefined && passed.length === 0) return;
  await ctx.db.patch('peopleCounts', row._id, {
    ...(cells && { cells: withChanges(cells, changes) }),
    ...(recount && { recount: { ...recount, cells: withChanges(recount.cells, passed) } }),
  });
}

/** The document, made when it is missing. `uncounted`: how many people the caller will count. */
async function countsRow(ctx: MutationCtx, uncounted: 0 | 1): Promise<CountsRow> {
  const known = await firstRow(ctx.db.query('peopleCounts'));
  if (known !== null) return known;
  const people = await ctx.db.query('users').take(2);
  if (people.length <= uncounted) return await insertCounts(ctx, { cells: {} });
  await ctx.scheduler.runAfter(0, internal.maintenance.buildCounts, { isNext: true });
  return await insertCounts(ctx, { recount: startOfRecount(Date.now()) });
}

export async function insertCounts(
  ctx: MutationCtx,
  fields: Pick<CountsRow, 'cells' | 'recount'>,
): Promise<CountsRow> {
  const id = await ctx.db.insert('peopleCounts', fields);
  const row = await ctx.db.get('peopleCounts', id);
  if (row === null) throw new Error('a row just inserted is not there');
  return row;
}

/** Before the first row; every creation time is later. */
export function startOfRecount(now: number): NonNullable<CountsRow['recount']> {
  return { cells: {}, upTo: 0, rows: 0, steppedAt: now };
}
