import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { internal } from '../../_generated/api';
import type { SyncMode, SyncTrigger } from '../../../src/shared/sync';
import { appendAudit, type Cause } from '../auditLog';
import { readCounts } from '../counters';
import { clerkApi } from '../environment';
import { fail } from '../errors';
import { isAbandoned, renewedLease } from './lease';
import { planHashOf } from './planHash';
import { checkedScope, scopeFacts } from './scope';
import type { SyncFailure, SyncScope, SyncTally } from './validators';

export type SyncRun = Doc<'syncRuns'>;

export interface StartRequest {
  mode: SyncMode;
  trigger: SyncTrigger;
  key: 'server' | 'pasted';
  scope: SyncScope;
  expectedPlan?: string;
  startedBy?: Id<'users'>;
}

const noTally: SyncTally = {
  seen: 0,
  added: 0,
  updated: 0,
  unchanged: 0,
  newer: 0,
  deletedHere: 0,
  failed: 0,
  skipped: 0,
  moved: 0,
  removed: 0,
};

/**
 * Begins a run, unless one goes on: then the error says who runs it. One whose driver is gone for
 * good makes way. With the server's key a job drives it; a pasted key drives it itself.
 */
export async function startRun(
  ctx: MutationCtx,
  request: StartRequest,
  cause: Cause,
): Promise<Id<'syncRuns'>> {
  const scope = checkedScope(request.scope);
  if (request.key === 'server') requireServerKey();
  await makeWay(ctx, cause);
  const runId = await ctx.db.insert('syncRuns', {
    ...request,
    scope,
    status: 'queued',
    phase: 'waiting',
    actor: cause.actor,
    correlationId: cause.correlationId,
    startedAt: cause.now,
    done: 0,
    total: 0,
    rate: 0,
    measured: { at: cause.now, done: 0 },
    tallies: { users: noTally, organizations: noTally, memberships: noTally },
    unseen: 0,
    missing: 0,
    plan: [],
    changesKept: 0,
    errorsKept: 0,
    warnings: [],
    slices: [],
    cancelRequested: false,
    resumed: 0,
    requests: 0,
    limited: 0,
  });
  const { mode, key, trigger } = request;
  await appendAudit(ctx, cause, {
    action: 'sync.started',
    target: `sync:${runId}`,
    after: { mode, key, trigger, ...scopeFacts(scope), plan: request.expectedPlan ?? null },
  });
  if (key === 'server') await scheduleDrive(ctx, runId);
  return runId;
}

export async function scheduleDrive(ctx: MutationCtx, runId: Id<'syncRuns'>): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.syncWork.drive, { runId });
}

function requireServerKey(): void {
  const api = clerkApi();
  if (!api.ok) fail('NOT_CONFIGURED', { field: 'secretKey', message: `${api.reason}.` });
}

/** The run that goes on, queued or running. */
export async function activeRun(ctx: QueryCtx): Promise<SyncRun | null> {
  for (const status of ['running', 'queued'] as const) {
    const run = await ctx.db
      .query('syncRuns')
      .withIndex('byStatus', (q) => q.eq('status', status))
      .order('desc')
      .first();
    if (run !== null) return run;
  }
  return null;
}

/** Rule: one run at a time. A driver that is gone cannot keep the next one out. */
async function makeWay(ctx: MutationCtx, cause: Cause): Promise<void> {
  const active = await activeRun(ctx);
  if (active === null) return;
  if (!isAbandoned(active, cause.now)) {
    const starter = active.startedBy && (await ctx.db.get('users', active.startedBy));
    const who = starter?.name ?? active.actor;
    fail('SYNC_RUNNING', {
      message: `${who} started a synchronisation at ${new Date(active.startedAt).toISOString()}; it is at ${active.done} of ${active.total}. Wait for it or cancel it.`,
    });
  }
  await failRun(ctx, active, { code: 'SYNC_NOT_RESUMABLE', message: lostMessage(active) }, cause);
}

export function lostMessage(run: SyncRun): string {
  return run.key === 'pasted'
    ? 'The run was interrupted, and its key is nowhere but with you: paste the key again.'
    : 'The run was interrupted.';
}

/** Asks the driver to stop; one that is gone is not waited for. */
export async function cancelRun(ctx: MutationCtx, run: SyncRun, cause: Cause): Promise<void> {
  if (run.status !== 'running' && run.status !== 'queued') fail('SYNC_ENDED');
  const driverless = (run.lease?.driver ?? '') === '' || isAbandoned(run, cause.now);
  if (driverless) return await endRun(ctx, run, { status: 'cancelled' }, cause);
  if (run.cancelRequested) return;
  await ctx.db.patch('syncRuns', run._id, { cancelRequested: true });
  await appendAudit(ctx, cause, {
    action: 'sync.cancelRequested',
    target: `sync:${run._id}`,
    before: { cancelRequested: false },
    after: { cancelRequested: true },
  });
}

/** Lets an interrupted run go on from its checkpoints. */
export async function resumeRun(ctx: MutationCtx, run: SyncRun, cause: Cause): Promise<void> {
  if (run.status === 'completed') fail('SYNC_ENDED');
  if (!isResumable(run)) fail('SYNC_NOT_RESUMABLE', { message: notResumable(run) });
  requireServerKey();
  const isOpen = run.status === 'running' || run.status === 'queued';
  if (isOpen && !isAbandoned(run, cause.now)) fail('SYNC_RUNNING');
  if (!isOpen) await makeWay(ctx, cause);
  await ctx.db.patch('syncRuns', run._id, {
    status: 'queued',
    finishedAt: undefined,
    failure: undefined,
    cancelRequested: false,
    lease: renewedLease('', cause.now),
    resumed: run.resumed + 1,
  });
  await appendAudit(ctx, cause, {
    action: 'sync.resumed',
    target: `sync:${run._id}`,
    before: { status: run.status, done: run.done },
    after: { status: 'queued', done: run.done },
  });
  await scheduleDrive(ctx, run._id);
}

/** Runs with the server's key go on from their checkpoints, except one that must match a plan. */
export function isResumable(run: SyncRun): boolean {
  return run.key === 'server' && run.status !== 'completed' && run.expectedPlan === undefined;
}

function notResumable(run: SyncRun): string {
  return run.key === 'pasted'
    ? 'This run used a pasted key, which is kept nowhere: start a new one and paste the key again.'
    : 'This run applies a plan, which may have been carried out by half: make a new dry run.';
}

export async function failRun(
  ctx: MutationCtx,
  run: SyncRun,
  failure: SyncFailure,
  cause: Cause,
): Promise<void> {
  await endRun(ctx, run, { status: 'failed', failure }, cause);
}

export interface RunEnd {
  status: 'completed' | 'failed' | 'cancelled';
  failure?: SyncFailure;
  warnings?: string[];
}

/** Whoever started a run is behind its end, through the same door. */
export function behind({ actor, trigger, correlationId }: SyncRun, now: number): Cause {
  const source = trigger === 'schedule' || trigger === 'start' ? 'system' : trigger;
  return { actor, source, correlationId, now };
}

/** Ends a run once: status, what is here now, the hash of the plan, the audit entry. */
export async function endRun(
  ctx: MutationCtx,
  run: SyncRun,
  end: RunEnd,
  cause: Cause,
): Promise<void> {
  const { total: convexUsers } = await readCounts(ctx);
  const isPlan = run.mode === 'dryRun' && end.status === 'completed';
  await ctx.db.patch('syncRuns', run._id, {
    status: end.status,
    phase: end.status === 'completed' ? 'done' : run.phase,
    failure: end.failure,
    warnings: [...run.warnings, ...(end.warnings ?? [])].slice(0, 20),
    finishedAt: cause.now,
    convexUsers,
    requests: run.requests,
    limited: run.limited,
    lease: undefined,
    cancelRequested: false,
    ...(isPlan ? { planHash: await planHashOf(run.plan, run.scope) } : {}),
  });
  const { users, organizations, memberships } = run.tallies;
  await appendAudit(ctx, cause, {
    action: `sync.${end.status}`,
    target: `sync:${run._id}`,
    before: { status: run.status },
    after: {
      status: end.status,
      mode: run.mode,
      seconds: Math.round((cause.now - run.startedAt) / 1_000),
      users: users.seen,
      added: users.added,
      updated: users.updated,
      unchanged: users.unchanged,
      failed: users.failed + organizations.failed + memberships.failed,
      organizations: organizations.seen,
      memberships: memberships.seen,
      removed: (organizations.removed ?? 0) + (memberships.removed ?? 0),
      missing: run.missing,
      failure: end.failure?.message ?? null,
    },
    alarm: end.status === 'failed',
  });
}
