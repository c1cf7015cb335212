import type { MutationCtx } from '../../_generated/server';
import { syncTooNewMs } from '../limits';
import type { UserRow } from '../userRows';
import type { SyncRun } from './runs';

/**
 * A7: notes people here that a stretch of Clerk's list did not have. Those who are too new for the
 * list, and the deleted, are none. Repeating it notes nobody twice. Returns how many are new.
 */
export async function noteUnseen(
  ctx: MutationCtx,
  run: SyncRun,
  strangers: readonly UserRow[],
  now: number,
): Promise<number> {
  const old = strangers.filter(
    (row) =>
      row.deletedAt === undefined &&
      row.heldDeletionAt === undefined &&
      row.createdAt < run.startedAt - syncTooNewMs,
  );
  const noted = await Promise.all(
    old.map(async (row) => {
      const known = await ctx.db
        .query('syncMissing')
        .withIndex('byRunUser', (q) => q.eq('runId', run._id).eq('userId', row._id))
        .unique();
      if (known !== null) return 0;
      const { _id: userId, externalId } = row;
      await ctx.db.insert('syncMissing', {
        runId: run._id,
        userId,
        externalId,
        state: 'unseen',
        at: now,
      });
      return 1;
    }),
  );
  return noted.reduce<number>((sum, one) => sum + one, 0);
}

/** A7: only Clerk's own 404 makes a person missing. */
export async function judgeUnseenOf(
  ctx: MutationCtx,
  run: SyncRun,
  verdicts: readonly { externalId: string; isThere: boolean }[],
  now: number,
): Promise<void> {
  const open = await ctx.db
    .query('syncMissing')
    .withIndex('byRun', (q) => q.eq('runId', run._id).eq('state', 'unseen'))
    .take(verdicts.length + 200);
  let missing = 0;
  for (const { externalId, isThere } of verdicts) {
    const row = open.find((unseen) => unseen.externalId === externalId);
    if (row === undefined) continue;
    const state = isThere ? 'present' : 'confirmed';
    await ctx.db.patch('syncMissing', row._id, { state, at: now });
    if (!isThere) missing += 1;
  }
  await ctx.db.patch('syncRuns', run._id, { missing: run.missing + missing });
}
