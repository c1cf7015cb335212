import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { syncHeartbeatMs, syncLeaseMs } from '../limits';

/*
 * One driver per run: it holds a lease, renewed by its batches and beats. Whoever finds the lease
 * run out may take the run over.
 */

type SyncRun = Doc<'syncRuns'>;

/** Its driver has not been heard of for longer than it may be silent. */
export function isAbandoned(run: SyncRun, now: number): boolean {
  const until = run.lease?.until ?? run.startedAt + syncLeaseMs;
  return until < now;
}

/** Takes the run over for `driver`; null when it has ended or another driver holds it. */
export async function claimRun(
  ctx: MutationCtx,
  runId: Id<'syncRuns'>,
  driver: string,
  now: number,
): Promise<SyncRun | null> {
  const run = await ctx.db.get('syncRuns', runId);
  if (run === null || (run.status !== 'queued' && run.status !== 'running')) return null;
  // A run that was handed over, or is to be resumed, has a lease without a driver.
  const holder = run.lease?.driver ?? '';
  const held = holder !== '' && holder !== driver && (run.lease?.until ?? 0) >= now;
  if (held) return null;
  const change = {
    status: 'running' as const,
    lease: { driver, until: now + syncLeaseMs },
    resumed: holder === '' ? run.resumed : run.resumed + 1,
    measured: { at: now, done: run.done },
  };
  await ctx.db.patch('syncRuns', runId, change);
  return { ...run, ...change };
}

/** The run, if `driver` still drives it and nobody cancelled it. */
export async function driven(
  ctx: MutationCtx,
  runId: Id<'syncRuns'>,
  driver: string,
): Promise<{ go: true; run: SyncRun } | { go: false; why: 'cancelled' | 'lost' }> {
  const run = await ctx.db.get('syncRuns', runId);
  if (run === null || run.status !== 'running' || run.lease?.driver !== driver) {
    return { go: false, why: run?.status === 'cancelled' ? 'cancelled' : 'lost' };
  }
  return run.cancelRequested ? { go: false, why: 'cancelled' } : { go: true, run };
}

/** Renewed within the last heartbeat: whoever drives need not do it again. */
export function isLeaseFresh({ lease }: SyncRun, now: number): boolean {
  return lease !== undefined && lease.until - now > syncLeaseMs - syncHeartbeatMs;
}

export function renewedLease(driver: string, now: number) {
  return { driver, until: now + syncLeaseMs };
}
