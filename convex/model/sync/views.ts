import { type Infer, v } from 'convex/values';
import type { Doc } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { syncStates } from '../../../src/shared/sync';
import { clerkApi } from '../environment';
import { listSchedules, scheduleView } from '../schedules';
import { literals } from '../validators';
import { isAbandoned } from './lease';
import { activeRun, isResumable, type SyncRun } from './runs';
import {
  removalBrake,
  type RemovalTally,
  sweepState,
  syncFailure,
  syncKey,
  syncMode,
  syncPhase,
  syncRunStatus,
  syncScope,
  syncTallies,
  type SyncTally,
  syncTrigger,
} from './validators';

/** How far a sweep is, for who has just decided about it. */
export const sweepStanding = {
  state: sweepState,
  people: v.number(),
  holdUntil: v.optional(v.number()),
  restored: v.number(),
};

export function standingOf({ state, people, holdUntil, restored }: Doc<'syncSweeps'>) {
  return { state, people, holdUntil, restored };
}

/** The newest sweep of a run. */
const sweepView = v.object({
  _id: v.id('syncSweeps'),
  state: sweepState,
  people: v.number(),
  /** More than this need a second owner's confirmation. */
  limit: v.number(),
  requestedBy: v.string(),
  confirmedBy: v.optional(v.string()),
  holdUntil: v.optional(v.number()),
  swept: v.number(),
  spared: v.number(),
  restored: v.number(),
});

function toSweepView(sweep: Doc<'syncSweeps'>): Infer<typeof sweepView> {
  const { _id, state, people, limit, requestedBy, confirmedBy, holdUntil } = sweep;
  const { swept, spared, restored } = sweep;
  const who = { requestedBy, confirmedBy, holdUntil };
  return { _id, state, people, limit, ...who, swept, spared, restored };
}

/** Organizations or memberships here that Clerk's list did not have. */
const removalsView = v.object({
  unseen: v.number(),
  /** Stay until somebody confirms: `brake` says why. */
  held: v.number(),
  brake: v.optional(removalBrake),
  confirmedBy: v.optional(v.string()),
});

function toRemovalsView(tally: RemovalTally | undefined): Infer<typeof removalsView> | null {
  if (tally === undefined) return null;
  const { unseen, held, brake, confirmedBy } = tally;
  return { unseen, held, brake, confirmedBy };
}

function toTally(tally: SyncRun['tallies']['users']): SyncTally {
  return { ...tally, removed: tally.removed ?? 0 };
}

/** A run as pages, the command line and the API show it. Subscribe to it for live progress. */
export const runView = v.object({
  _id: v.id('syncRuns'),
  mode: syncMode,
  trigger: syncTrigger,
  key: syncKey,
  scope: syncScope,
  status: syncRunStatus,
  phase: syncPhase,
  actor: v.string(),
  /** Name of the person who started it, where one did. */
  startedByName: v.optional(v.string()),
  startedAt: v.number(),
  finishedAt: v.optional(v.number()),
  done: v.number(),
  total: v.number(),
  /** Records per second; 0 = not measured yet. */
  rate: v.number(),
  timeLeftMs: v.union(v.number(), v.null()),
  tallies: syncTallies,
  /** Of what is only mirrored; null where the run did not read it. */
  removals: v.object({
    organizations: v.union(removalsView, v.null()),
    memberships: v.union(removalsView, v.null()),
  }),
  unseen: v.number(),
  missing: v.number(),
  clerkUsers: v.union(v.number(), v.null()),
  convexUsers: v.union(v.number(), v.null()),
  planHash: v.optional(v.string()),
  changesKept: v.number(),
  errorsKept: v.number(),
  failure: v.optional(syncFailure),
  warnings: v.array(v.string()),
  cancelRequested: v.boolean(),
  /** `sync:resume` would let it go on. */
  resumable: v.boolean(),
  resumed: v.number(),
  requests: v.number(),
  limited: v.number(),
  sweep: v.union(sweepView, v.null()),
});
export type SyncRunView = Infer<typeof runView>;

export async function toRunView(ctx: QueryCtx, run: SyncRun): Promise<SyncRunView> {
  const [starter, sweep] = await Promise.all([
    run.startedBy === undefined ? null : ctx.db.get('users', run.startedBy),
    ctx.db
      .query('syncSweeps')
      .withIndex('byRun', (q) => q.eq('runId', run._id))
      .order('desc')
      .first(),
  ]);
  const isOpen = run.status === 'running' || run.status === 'queued';
  return {
    _id: run._id,
    mode: run.mode,
    trigger: run.trigger,
    key: run.key,
    scope: run.scope,
    status: run.status,
    phase: run.phase,
    actor: run.actor,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    done: run.done,
    total: run.total,
    rate: run.rate,
    tallies: {
      users: toTally(run.tallies.users),
      organizations: toTally(run.tallies.organizations),
      memberships: toTally(run.tallies.memberships),
    },
    removals: {
      organizations: toRemovalsView(run.removals?.organizations),
      memberships: toRemovalsView(run.removals?.memberships),
    },
    unseen: run.unseen,
    missing: run.missing,
    planHash: run.planHash,
    changesKept: run.changesKept,
    errorsKept: run.errorsKept,
    failure: run.failure,
    warnings: run.warnings,
    cancelRequested: run.cancelRequested,
    resumed: run.resumed,
    requests: run.requests,
    limited: run.limited,
    startedByName: starter?.name,
    timeLeftMs:
      isOpen && run.rate > 0 ? Math.round(((run.total - run.done) / run.rate) * 1_000) : null,
    clerkUsers: run.clerkUsers?.after ?? run.clerkUsers?.before ?? null,
    convexUsers: run.convexUsers ?? null,
    resumable: isResumable(run) && (!isOpen || isAbandoned(run, Date.now())),
    sweep: sweep && toSweepView(sweep),
  };
}

/** How far Clerk and Convex were apart when somebody looked last. */
const drift = v.object({
  /** People who differed: to add, to change, or missing in Clerk. */
  users: v.number(),
  at: v.number(),
  runId: v.id('syncRuns'),
  /** The run that found it put it right, those missing in Clerk apart. */
  repaired: v.boolean(),
});

export const statusView = v.object({
  state: literals(syncStates),
  running: v.union(runView, v.null()),
  last: v.union(runView, v.null()),
  lastCompletedAt: v.union(v.number(), v.null()),
  drift: v.union(drift, v.null()),
  /** The deployment has a key of its own: pasting one is optional. */
  hasServerKey: v.boolean(),
  reconcile: scheduleView,
});

export async function syncStatus(ctx: QueryCtx): Promise<Infer<typeof statusView>> {
  const [active, newest, completed, schedules] = await Promise.all([
    activeRun(ctx),
    ctx.db.query('syncRuns').withIndex('byStartedAt').order('desc').first(),
    lastCompleted(ctx),
    listSchedules(ctx),
  ]);
  const reconcile = schedules.find(({ name }) => name === 'reconcile');
  if (reconcile === undefined) throw new Error('the plan of schedules has no reconcile');
  return {
    state: active?.status ?? newest?.status ?? 'never_synced',
    running: active && (await toRunView(ctx, active)),
    last: newest && (await toRunView(ctx, newest)),
    lastCompletedAt: completed[0]?.finishedAt ?? null,
    drift: driftOf(completed),
    hasServerKey: clerkApi().ok,
    reconcile,
  };
}

async function lastCompleted(ctx: QueryCtx): Promise<SyncRun[]> {
  return await ctx.db
    .query('syncRuns')
    .withIndex('byStatus', (q) => q.eq('status', 'completed'))
    .order('desc')
    .take(20);
}

function driftOf(completed: readonly SyncRun[]): Infer<typeof drift> | null {
  const run = completed.find(
    ({ scope }) =>
      scope.emailDomain === undefined &&
      scope.ids === undefined &&
      (scope.only ?? 'users') === 'users',
  );
  if (run === undefined) return null;
  const { added, updated } = run.tallies.users;
  return {
    users: added + updated + run.missing,
    at: run.finishedAt ?? run.startedAt,
    runId: run._id,
    repaired: run.mode === 'apply',
  };
}
