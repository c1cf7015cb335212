import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { massChangeLimit } from '../../../src/shared/mass-change';
import { appendAudit, type Cause } from '../auditLog';
import { countTogether, readCounts } from '../counters';
import { fail } from '../errors';
import { leavesNoOwner } from '../lastOwner';
import {
  sweepBatch,
  sweepHoldMs,
  sweepPeopleMax,
  sweepRunAgeMsMax,
  sweepSilentMsMax,
} from '../limits';
import { otherActiveOwners, patchUser, type UserRow } from '../userRows';
import type { SyncRun } from './runs';
import { readsEverybody } from './scope';

/*
 * Deactivating people whom Clerk does not have (A7). Never part of a run: somebody asks for it, a
 * second owner confirms where it is many, it waits, and each person is asked for by id once more
 * just before. Clerk is told nothing: there is nobody there to ban.
 */

export type Sweep = Doc<'syncSweeps'>;
type Missing = Doc<'syncMissing'>;

/** Asks for a sweep on the strength of a run. */
export async function requestSweep(
  ctx: MutationCtx,
  run: SyncRun,
  cause: Cause,
): Promise<Id<'syncSweeps'>> {
  const refusal = refusalOf(run, cause.now);
  if (refusal !== null) fail('SWEEP_REFUSED', { message: refusal });
  if ((await openSweep(ctx)) !== null) {
    fail('SWEEP_REFUSED', { message: 'Another sweep is waiting or under way.' });
  }
  const people = (await candidates(ctx, run._id, sweepPeopleMax + 1)).length;
  if (people === 0) fail('SWEEP_REFUSED', { message: 'Nobody is missing in Clerk.' });
  if (people > sweepPeopleMax) {
    fail('SWEEP_REFUSED', { message: `More than ${sweepPeopleMax} people are no mishap.` });
  }
  const { total } = await readCounts(ctx);
  const limit = massChangeLimit(total);
  const isMass = people > limit;
  const sweepId = await ctx.db.insert('syncSweeps', {
    runId: run._id,
    state: isMass ? 'awaitingConfirmation' : 'held',
    people,
    limit,
    requestedBy: cause.actor,
    requestedAt: cause.now,
    holdUntil: isMass ? undefined : cause.now + sweepHoldMs,
    swept: 0,
    spared: 0,
    restored: 0,
  });
  await appendAudit(ctx, cause, {
    action: isMass ? 'sweep.needsConfirmation' : 'sweep.held',
    target: `sync:${run._id}`,
    after: { people, limit },
    alarm: isMass,
  });
  if (!isMass) await scheduleSweep(ctx, sweepId, sweepHoldMs);
  return sweepId;
}

/** Why nobody may be deactivated on the strength of a run: lists that are short, odd or old. */
function refusalOf(run: SyncRun, now: number): string | null {
  const { users } = run.tallies;
  if (run.status !== 'completed') return 'The run was not completed.';
  if (!readsEverybody(run.scope)) return 'The run did not read everybody.';
  if (now - (run.finishedAt ?? 0) > sweepRunAgeMsMax) {
    return 'The run is more than an hour old. Run a synchronisation first.';
  }
  if (run.instanceId === undefined) return 'The run does not say which Clerk it read.';
  if (run.clerkUsers?.after === undefined || run.listIsShort === true) {
    return 'Clerk’s list was shorter than Clerk’s own count.';
  }
  if (users.seen === 0) return 'Clerk’s list was empty.';
  if (users.failed > 0 || users.moved > 0) return 'Some people of Clerk’s list were not read.';
  return null;
}

async function openSweep(ctx: MutationCtx): Promise<Sweep | null> {
  for (const state of ['awaitingConfirmation', 'held', 'running'] as const) {
    const sweep = await ctx.db
      .query('syncSweeps')
      .withIndex('byState', (q) => q.eq('state', state))
      .first();
    if (sweep !== null) return sweep;
  }
  return null;
}

/** People of a run whom its list did not have, those apart whom Clerk has after all. */
async function candidates(
  ctx: MutationCtx,
  runId: Id<'syncRuns'>,
  max: number,
): Promise<Missing[]> {
  const found: Missing[] = [];
  for (const state of ['confirmed', 'unseen'] as const) {
    const rows = await ctx.db
      .query('syncMissing')
      .withIndex('byRun', (q) => q.eq('runId', runId).eq('state', state))
      .take(max - found.length);
    found.push(...rows);
  }
  return found;
}

export async function existingSweep(ctx: MutationCtx, sweepId: Id<'syncSweeps'>): Promise<Sweep> {
  const found = await ctx.db.get('syncSweeps', sweepId);
  if (found === null) fail('NOT_FOUND', { field: 'sweepId' });
  return found;
}

/** The brake: more than `limit` people need a second owner. */
export async function confirmSweep(ctx: MutationCtx, sweep: Sweep, cause: Cause): Promise<void> {
  if (sweep.state !== 'awaitingConfirmation') fail('SYNC_ENDED');
  if (sweep.requestedBy === cause.actor) fail('SECOND_CONFIRMATION');
  await ctx.db.patch('syncSweeps', sweep._id, {
    state: 'held',
    confirmedBy: cause.actor,
    holdUntil: cause.now + sweepHoldMs,
  });
  await audit(ctx, sweep, 'sweep.confirmed', cause);
  await scheduleSweep(ctx, sweep._id, sweepHoldMs);
}

export async function cancelSweep(ctx: MutationCtx, sweep: Sweep, cause: Cause): Promise<void> {
  if (sweep.state === 'done' || sweep.state === 'cancelled' || sweep.state === 'restored') {
    fail('SYNC_ENDED');
  }
  await ctx.db.patch('syncSweeps', sweep._id, { state: 'cancelled', finishedAt: cause.now });
  await audit(ctx, sweep, 'sweep.cancelled', cause);
}

async function audit(ctx: MutationCtx, sweep: Sweep, action: string, cause: Cause): Promise<void> {
  const { people, swept, spared, runId } = sweep;
  await appendAudit(ctx, cause, {
    action,
    target: `sync:${runId}`,
    before: { state: sweep.state },
    after: { people, swept, spared },
  });
}

async function scheduleSweep(
  ctx: MutationCtx,
  sweepId: Id<'syncSweeps'>,
  afterMs: number,
): Promise<void> {
  await ctx.scheduler.runAfter(afterMs, internal.sweepWork.sweep, { sweepId });
}

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
    await audit(ctx, sweep, 'sweep.done', bySweep(sweep, now));
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
    return 'The last active superadmin';
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

/**
 * Whom a sweep deactivated gets back exactly what they had, unless somebody decided since. A large
 * one goes on by itself.
 */
export async function restoreSweep(ctx: MutationCtx, sweep: Sweep, cause: Cause): Promise<void> {
  const { isDone } = await restoreSome(ctx, sweep, cause);
  if (isDone) return;
  const { actor, source } = cause;
  const next = { sweepId: sweep._id, actor, source };
  await ctx.scheduler.runAfter(0, internal.sweepWork.restore, next);
}

async function restoreSome(
  ctx: MutationCtx,
  sweep: Sweep,
  cause: Cause,
): Promise<{ isDone: boolean }> {
  if (sweep.state !== 'done' && sweep.state !== 'cancelled') fail('SYNC_ENDED');
  const swept = await ctx.db
    .query('syncMissing')
    .withIndex('byRun', (q) => q.eq('runId', sweep.runId).eq('state', 'swept'))
    .take(sweepBatch);
  let restored = 0;
  await countTogether(ctx, async () => {
    for (const missing of swept) {
      const row = await ctx.db.get('users', missing.userId);
      const isUntouched =
        row !== null &&
        row.deletedAt === undefined &&
        !row.isActive &&
        row.updatedAt === missing.at &&
        missing.before !== undefined;
      if (isUntouched && missing.before !== undefined) {
        restored += 1;
        await patchUser(ctx, row, missing.before);
        await appendAudit(ctx, cause, {
          action: 'user.restored',
          target: `user:${row.externalId}`,
          before: { isActive: false },
          after: { isActive: missing.before.isActive },
        });
      }
      const why = isUntouched ? undefined : 'Changed since the sweep';
      const state = isUntouched ? 'restored' : 'spared';
      await ctx.db.patch('syncMissing', missing._id, { state, why, at: cause.now });
    }
  });
  const isDone = swept.length < sweepBatch;
  const total = sweep.restored + restored;
  await ctx.db.patch('syncSweeps', sweep._id, {
    restored: total,
    ...(isDone ? { state: 'restored' } : {}),
  });
  if (isDone) await audit(ctx, sweep, 'sweep.restored', cause);
  return { isDone };
}

/** Takes up a sweep whose job died. */
export async function watchSweeps(ctx: MutationCtx, now: number): Promise<boolean> {
  const sweep = await openSweep(ctx);
  if (sweep === null || sweep.state === 'awaitingConfirmation') return false;
  const since = sweep.workedAt ?? sweep.holdUntil ?? Infinity;
  if (now - since < sweepSilentMsMax) return false;
  await scheduleSweep(ctx, sweep._id, 0);
  return true;
}

/** A sweep is carried out on behalf of who asked for it. */
function bySweep({ requestedBy: actor, _id }: Sweep, now: number): Cause {
  return { actor, source: 'system', correlationId: `sweep:${_id}`, now };
}
