import { missingStates } from '../../../src/shared/sync';
import { internal } from '../../_generated/api';
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { maintenanceBatch, syncChangesKeptMs, syncDetailsKeptMs } from '../limits';

/*
 * What runs leave behind. A run's own row stays (A5); its details go: the diffs of dry runs soon,
 * because they hold personal data, failed records and missing people later. People whom a sweep
 * deactivated stay noted until they are given back: restoring is exact, however late.
 */

/** One batch of each table. Returns how many rows went, and whether there may be more. */
export async function pruneSyncDetails(
  ctx: MutationCtx,
  now: number,
): Promise<{ count: number; isDone: boolean }> {
  const changes = await ctx.db
    .query('syncChanges')
    .withIndex('byAt', (q) => q.lt('at', now - syncChangesKeptMs))
    .take(maintenanceBatch);
  for (const row of changes) await ctx.db.delete('syncChanges', row._id);
  const errors = await ctx.db
    .query('syncErrors')
    .withIndex('byAt', (q) => q.lt('at', now - syncDetailsKeptMs))
    .take(maintenanceBatch);
  for (const row of errors) await ctx.db.delete('syncErrors', row._id);
  const removals = await ctx.db
    .query('syncRemovals')
    .withIndex('byAt', (q) => q.lt('at', now - syncChangesKeptMs))
    .take(maintenanceBatch);
  for (const row of removals) await ctx.db.delete('syncRemovals', row._id);
  const counts = [changes.length, errors.length, removals.length];
  for (const state of missingStates) {
    if (state !== 'swept') counts.push(await pruneMissing(ctx, state, now));
  }
  return {
    count: counts.reduce((sum, count) => sum + count, 0),
    isDone: counts.every((count) => count < maintenanceBatch),
  };
}

async function pruneMissing(
  ctx: MutationCtx,
  state: Doc<'syncMissing'>['state'],
  now: number,
): Promise<number> {
  const rows = await ctx.db
    .query('syncMissing')
    .withIndex('byState', (q) => q.eq('state', state).lt('at', now - syncDetailsKeptMs))
    .take(maintenanceBatch);
  for (const row of rows) await ctx.db.delete('syncMissing', row._id);
  return rows.length;
}

/** Memberships of one person, and diffs about them, that one transaction looks through. */
const forgottenAtOnce = 200;

/** B5: the diffs of dry runs say nothing of an erased person any more; a long list by jobs. */
export async function forgetChangesOf(ctx: MutationCtx, externalId: string): Promise<void> {
  const memberships = await ctx.db
    .query('memberships')
    .withIndex('byUser', (q) => q.eq('userExternalId', externalId))
    .take(forgottenAtOnce);
  let left = forgottenAtOnce;
  for (const id of [externalId, ...memberships.map((row) => row.externalId)]) {
    const about = await ctx.db
      .query('syncChanges')
      .withIndex('byExternalId', (q) => q.eq('externalId', id))
      .take(left);
    for (const change of about) await ctx.db.delete('syncChanges', change._id);
    left -= about.length;
    if (left > 0) continue;
    await ctx.scheduler.runAfter(0, internal.maintenance.forgetSyncChanges, { externalId });
    return;
  }
}
