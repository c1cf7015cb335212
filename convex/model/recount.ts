import { internal } from '../_generated/api';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import { appendAudit, newCorrelationId } from './auditLog';
import { cellOf, differenceOf, withChanges } from './countCells';
import { insertCounts, startOfRecount } from './counters';
import { recountBatch, recountStalledMs } from './limits';

/*
 * Counts people from their rows, oldest first, a bounded number per transaction, while changes go
 * on: `upTo` is the creation time of the newest row counted, and `counters.ts` keeps the recount up
 * to date for the rows that it has passed. So at the end it is exact, and what it replaces can be
 * compared with it in the same transaction.
 */

export type RecountStep =
  | { isDone: false; rows: number }
  /** `drift`: how many people were counted wrongly or not at all until now. */
  | { isDone: true; rows: number; drift: number };

/**
 * Counts the next rows. Call with `restart` first, then without, until `isDone`. Two callers share
 * one recount; corrected counts are audited as an alarm.
 */
export async function recountPeople(
  ctx: MutationCtx,
  restart: boolean,
  now: number,
): Promise<RecountStep> {
  const known = await ctx.db.query('peopleCounts').unique();
  const row = known ?? (await insertCounts(ctx, {}));
  if (!restart && row.recount === undefined && row.checked !== undefined) {
    return { isDone: true, rows: row.checked.rows, drift: row.checked.drift };
  }
  const from = (restart ? undefined : row.recount) ?? startOfRecount(now);
  const people = await peopleAfter(ctx, from.upTo);
  const cells = withChanges(
    from.cells,
    people.map((person) => ({ cell: cellOf(person), by: 1 })),
  );
  const rows = from.rows + people.length;
  const last = people.at(-1);
  if (last !== undefined && people.length >= recountBatch) {
    const recount = { cells, rows, upTo: last._creationTime, steppedAt: now };
    await ctx.db.patch('peopleCounts', row._id, { recount });
    return { isDone: false, rows };
  }
  const drift = row.cells === undefined ? 0 : differenceOf(row.cells, cells);
  const checked = { at: now, rows, drift };
  await ctx.db.patch('peopleCounts', row._id, { cells, recount: undefined, checked });
  if (drift > 0) await alarm(ctx, drift, now);
  return { isDone: true, rows, drift };
}

/**
 * The job behind a missing document: starts the first recount, or takes up one that has stopped;
 * `isNext` = the next step of a recount that this job is at. Null: nothing to do.
 */
export async function buildCounts(
  ctx: MutationCtx,
  isNext: boolean,
  now: number,
): Promise<RecountStep | null> {
  const row = await ctx.db.query('peopleCounts').unique();
  if (row?.cells !== undefined) return null;
  if (row === null && (await ctx.db.query('users').first()) === null) return null;
  const isUnderWay = row?.recount !== undefined && now - row.recount.steppedAt < recountStalledMs;
  if (isUnderWay && !isNext) return null;
  const step = await recountPeople(ctx, false, now);
  if (!step.isDone) {
    await ctx.scheduler.runAfter(0, internal.maintenance.buildCounts, { isNext: true });
  }
  return step;
}

/** A batch of people by age; rows of one creation time are never torn apart. */
async function peopleAfter(ctx: MutationCtx, upTo: number): Promise<Doc<'users'>[]> {
  const people = await ctx.db
    .query('users')
    .withIndex('by_creation_time', (q) => q.gt('_creationTime', upTo))
    .take(recountBatch);
  const last = people.at(-1);
  if (last === undefined || people.length < recountBatch) return people;
  const together = await ctx.db
    .query('users')
    .withIndex('by_creation_time', (q) => q.eq('_creationTime', last._creationTime))
    .take(recountBatch);
  return [...people.filter((each) => each._creationTime < last._creationTime), ...together];
}

async function alarm(ctx: MutationCtx, drift: number, now: number): Promise<void> {
  await appendAudit(
    ctx,
    { actor: 'system', source: 'system', correlationId: newCorrelationId(now), now },
    {
      action: 'counts.corrected',
      target: 'counts:people',
      before: { drift },
      after: { drift: 0 },
      alarm: true,
    },
  );
}
