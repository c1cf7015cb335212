import type { Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { ownerInText } from '../../../src/shared/roles';
import { appendAudit, type Cause } from '../auditLog';
import { countTogether } from '../counters';
import { leavesNoOwner } from '../lastOwner';
import { sweepBatch } from '../limits';
import { otherActiveOwners, patchUser, type UserRow } from '../userRows';
import { auditSweep, candidates, type Missing, type Sweep } from './sweep';

/* Carries out a sweep whose hold is over, some people at a time; `driveSweep.ts` asks Clerk. */

/** Ids to ask Clerk for next; null when nothing is to be done (any more, or yet). */
export async function nextOfSweep(
  ctx: MutationCtx,
  sweepId: Id<'syncSweeps'>,
  now: number,
): Promise<string[] | null> {
  const sweep = await ctx.db.get('syncSweeps', sweepId);
  const isDue = sweep?.state === 'held' && (sweep.holdUntil ?? Infinity) <= now;
  if (sweep === null || (!isDue && sweep.state !== 'running')) return null;
  const next = await candidates(ctx, sweep.runId, sweepBatch);
  if (next.length === 0) {
    await ctx.db.patch('syncSweeps', sweepId, { state: 'done', finishedAt: now });
    await auditSweep(ctx, sweep, 'sweep.done', bySweep(sweep, now));
    return null;
  }
  await ctx.db.patch('syncSweeps', sweepId, { state: 'running', workedAt: now });
  return next.map((row) => row.externalId);
}

/** Deactivates those whom Clerk has just denied, unless something speaks for them. */
export async function sweepPeople(
  ctx: MutationCtx,
  sweepId: Id<'syncSweeps'>,
  verdicts: readonly { externalId: string; isThere: boolean }[],
  now: number,
): Promise<void> {
  const sweep = await ctx.db.get('syncSweeps', sweepId);
  if (sweep?.state !== 'running') return;
  const run = await ctx.db.get('syncRuns', sweep.runId);
  const cause = bySweep(sweep, now);
  const rows = await candidates(ctx, sweep.runId, sweepBatch);
  let swept = 0;
  let spared = 0;
  await countTogether(ctx, async () => {
    for (const { externalId, isThere } of verdicts) {
      const missing = rows.find((row) => row.externalId === externalId);
      if (missing === undefined) continue;
      const row = await ctx.db.get('users', missing.userId);
      const why = isThere
        ? 'Clerk has this person after all'
        : await sparedBecause(ctx, row, run?.finishedAt ?? 0);
      if (why !== null || row === null) {
        spared += 1;
        const state = isThere ? 'present' : 'spared';
        await ctx.db.patch('syncMissing', missing._id, { state, why: why ?? 'gone', at: now });
        continue;
      }
      swept += 1;
      await deactivate(ctx, { row, missing, cause });
    }
  });
  await ctx.db.patch('syncSweeps', sweepId, {
    swept: sweep.swept + swept,
    spared: sweep.spared + spared,
    workedAt: now,
  });
}

async function sparedBecause(
  ctx: MutationCtx,
  row: UserRow | null,
  runFinishedAt: number,
): Promise<string | null> {
  if (row === null || row.deletedAt !== undefined) return 'Deleted meanwhile';
  if (!row.isActive) return 'Deactivated already';
  if (row.updatedAt > runFinishedAt || row.clerk.updatedAt > runFinishedAt) {
    return 'Changed since the run';
  }
  const after = { ...row, isActive: false };
  if (leavesNoOwner(row, after, await otherActiveOwners(ctx, row))) {
    return `The last active ${ownerInText}`;
  }
  return null;
}

async function deactivate(
  ctx: MutationCtx,
  { row, missing, cause }: { row: UserRow; missing: Missing; cause: Cause },
): Promise<void> {
  await patchUser(ctx, row, { isActive: false, updatedAt: cause.now });
  await ctx.db.patch('syncMissing', missing._id, {
    state: 'swept',
    at: cause.now,
    before: { isActive: row.isActive, updatedAt: row.updatedAt },
  });
  await appendAudit(ctx, cause, {
    action: 'user.swept',
    target: `user:${row.externalId}`,
    before: { isActive: row.isActive },
    after: { isActive: false, because: 'Clerk has no such person' },
  });
}

/** A sweep is carried out on behalf of who asked for it. */
function bySweep({ requestedBy: actor, _id }: Sweep, now: number): Cause {
  return { actor, source: 'system', correlationId: `sweep:${_id}`, now };
}
