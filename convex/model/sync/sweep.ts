import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { massChangeLimit } from '../../../src/shared/mass-change';
import { appendAudit, type Cause } from '../auditLog';
import { readCounts } from '../counters';
import { fail } from '../errors';
import { sweepHoldMs, sweepPeopleMax, sweepRunAgeMsMax, sweepSilentMsMax } from '../limits';
import type { SyncRun } from './runs';
import { readsEverybody } from './scope';

/*
 * Deactivating people whom Clerk does not have (A7). Never part of a run: somebody asks for it, a
 * second owner confirms where it is many, it waits, and each person is asked for by id once more
 * just before. Clerk is told nothing: there is nobody there to ban.
 *
 * Here: asking, confirming, calling off. `sweepPeople.ts` carries a sweep out, `restoreSweep.ts`
 * takes it back.
 */

export type Sweep = Doc<'syncSweeps'>;
export type Missing = Doc<'syncMissing'>;

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
export async function candidates(
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
  await auditSweep(ctx, sweep, 'sweep.confirmed', cause);
  await scheduleSweep(ctx, sweep._id, sweepHoldMs);
}

export async function cancelSweep(ctx: MutationCtx, sweep: Sweep, cause: Cause): Promise<void> {
  if (sweep.state === 'done' || sweep.state === 'cancelled' || sweep.state === 'restored') {
    fail('SYNC_ENDED');
  }
  await ctx.db.patch('syncSweeps', sweep._id, { state: 'cancelled', finishedAt: cause.now });
  await auditSweep(ctx, sweep, 'sweep.cancelled', cause);
}

export async function auditSweep(
  ctx: MutationCtx,
  sweep: Sweep,
  action: string,
  cause: Cause,
): Promise<void> {
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

/** Takes up a sweep whose job died. */
export async function watchSweeps(ctx: MutationCtx, now: number): Promise<boolean> {
  const sweep = await openSweep(ctx);
  if (sweep === null || sweep.state === 'awaitingConfirmation') return false;
  const since = sweep.workedAt ?? sweep.holdUntil ?? Infinity;
  if (now - since < sweepSilentMsMax) return false;
  await scheduleSweep(ctx, sweep._id, 0);
  return true;
}
