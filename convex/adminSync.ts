import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import type { Id } from './_generated/dataModel';
import type { QueryCtx } from './_generated/server';
import { internal } from './_generated/api';
import { internalAction, internalMutation, internalQuery } from './functions';
import { type Cause, newCorrelationId } from './model/auditLog';
import { byOperator } from './model/cause';
import { clerkApi } from './model/environment';
import { fail } from './model/errors';
import { findUser } from './model/findUser';
import { listSchedules, recordSchedule, scheduleView } from './model/schedules';
import {
  changesOf,
  changeView,
  errorsOf,
  errorView,
  missingOf,
  missingView,
  runs as listRuns,
} from './model/sync/listing';
import { pruneSyncDetails } from './model/sync/retention';
import { isAbandoned } from './model/sync/lease';
import {
  activeRun,
  cancelRun,
  failRun,
  lostMessage,
  resumeRun,
  scheduleDrive,
  startRun,
  type SyncRun,
} from './model/sync/runs';
import { confirmRemovals as confirmRemovalsOf, watchRemovals } from './model/sync/heldRemovals';
import { restoreSweep } from './model/sync/restoreSweep';
import {
  cancelSweep,
  confirmSweep,
  existingSweep,
  requestSweep,
  watchSweeps,
} from './model/sync/sweep';
import { syncKind, syncMode, syncTrigger } from './model/sync/validators';
import {
  runView,
  standingOf,
  statusView,
  sweepStanding,
  syncStatus,
  toRunView,
} from './model/sync/views';

/*
 * The operator's twins of `sync.ts`, for the command line and the local stack, and what the crons
 * of the synchronisation do.
 */

export const status = internalQuery({
  args: {},
  returns: statusView,
  handler: async (ctx) => await syncStatus(ctx),
});

export const runs = internalQuery({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(runView),
  handler: async (ctx, { paginationOpts }) => await listRuns(ctx, paginationOpts),
});

export const run = internalQuery({
  args: { runId: v.id('syncRuns') },
  returns: v.union(runView, v.null()),
  handler: async (ctx, { runId }) => {
    const found = await ctx.db.get('syncRuns', runId);
    return found && (await toRunView(ctx, found));
  },
});

export const errors = internalQuery({
  args: { runId: v.id('syncRuns'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(errorView),
  handler: async (ctx, { runId, paginationOpts }) => await errorsOf(ctx, runId, paginationOpts),
});

export const changes = internalQuery({
  args: { runId: v.id('syncRuns'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(changeView),
  handler: async (ctx, { runId, paginationOpts }) => await changesOf(ctx, runId, paginationOpts),
});

export const missing = internalQuery({
  args: { runId: v.id('syncRuns'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(missingView),
  handler: async (ctx, { runId, paginationOpts }) => await missingOf(ctx, runId, paginationOpts),
});

export const schedules = internalQuery({
  args: {},
  returns: v.array(scheduleView),
  handler: async (ctx) => await listSchedules(ctx),
});

export const start = internalMutation({
  args: {
    mode: syncMode,
    trigger: v.optional(syncTrigger),
    only: v.optional(syncKind),
    emailDomain: v.optional(v.string()),
    ids: v.optional(v.array(v.string())),
    planHash: v.optional(v.string()),
  },
  returns: v.id('syncRuns'),
  handler: async (ctx, { mode, trigger = 'cli', planHash, ...scope }) => {
    const request = { mode, trigger, scope, expectedPlan: planHash, key: 'server' as const };
    return await startRun(ctx, request, byOperator());
  },
});

export const syncUser = internalMutation({
  args: { idOrEmail: v.string() },
  returns: v.id('syncRuns'),
  handler: async (ctx, { idOrEmail }) => {
    const row = await findUser(ctx, idOrEmail);
    const scope = { only: 'users' as const, ids: [row.externalId] };
    const request = { mode: 'apply' as const, trigger: 'cli' as const, scope };
    return await startRun(ctx, { ...request, key: 'server' }, byOperator());
  },
});

export const cancel = internalMutation({
  args: { runId: v.id('syncRuns') },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    await cancelRun(ctx, await existing(ctx, runId), byOperator());
    return null;
  },
});

export const resume = internalMutation({
  args: { runId: v.id('syncRuns') },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    await resumeRun(ctx, await existing(ctx, runId), byOperator());
    return null;
  },
});

/** What a run found gone in Clerk and left for somebody to confirm. */
export const confirmRemovals = internalMutation({
  args: { runId: v.id('syncRuns') },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    await confirmRemovalsOf(ctx, await existing(ctx, runId), byOperator());
    return null;
  },
});

/** Sweeps, on the operator's behalf: who asked for a large one does not confirm it as well. */
export const sweep = internalMutation({
  args: { runId: v.id('syncRuns') },
  returns: v.object({ sweepId: v.id('syncSweeps'), ...sweepStanding }),
  handler: async (ctx, { runId }) => {
    const sweepId = await requestSweep(ctx, await existing(ctx, runId), byOperator());
    return { sweepId, ...standingOf(await existingSweep(ctx, sweepId)) };
  },
});

export const decideSweep = internalMutation({
  args: {
    sweepId: v.id('syncSweeps'),
    decision: v.union(v.literal('confirm'), v.literal('cancel'), v.literal('restore')),
  },
  returns: v.object(sweepStanding),
  handler: async (ctx, { sweepId, decision }) => {
    const decide = { confirm: confirmSweep, cancel: cancelSweep, restore: restoreSweep }[decision];
    await decide(ctx, await existingSweep(ctx, sweepId), byOperator());
    return standingOf(await existingSweep(ctx, sweepId));
  },
});

/** A10. With the server's key, every `reconcileEveryHours`; otherwise it says why not. */
export const reconcile = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const api = clerkApi();
    const active = api.ok ? await activeRun(ctx) : null;
    if (!api.ok) {
      await recordSchedule(ctx, 'reconcile', { outcome: 'skipped', why: api.reason }, now);
    } else if (active !== null && !isAbandoned(active, now)) {
      const why = 'Another synchronisation is running';
      await recordSchedule(ctx, 'reconcile', { outcome: 'skipped', why }, now);
    } else {
      const request = { mode: 'apply' as const, trigger: 'schedule' as const, scope: {} };
      await startRun(ctx, { ...request, key: 'server' }, bySystem(now));
      await recordSchedule(ctx, 'reconcile', { outcome: 'ok', why: 'Started' }, now);
    }
    return null;
  },
});

/**
 * The cron behind the syncs. It looks at the run in a query: its driver writes it many times a
 * second, and a mutation that reads it meanwhile would be run again by Convex, and after several
 * tries fail.
 */
export const watch = internalAction({
  args: {},
  returns: v.null(),
  handler: async (ctx): Promise<null> => {
    const isDriverGone: boolean = await ctx.runQuery(internal.adminSync.isDriverGone, {
      now: Date.now(),
    });
    await ctx.runMutation(internal.adminSync.takeUp, { run: isDriverGone });
    return null;
  },
});

/** `now` is an argument: by a clock of its own an old answer could be given again. */
export const isDriverGone = internalQuery({
  args: { now: v.number() },
  returns: v.boolean(),
  handler: async (ctx, { now }) => {
    const active = await activeRun(ctx);
    return active !== null && isAbandoned(active, now);
  },
});

/**
 * Takes up what nobody works on any more. `run`: also the run, if its driver is still gone: with
 * the server's key another one goes on from the checkpoints, with a pasted key, and where a plan was
 * being applied, the run has failed.
 */
export const takeUp = internalMutation({
  args: { run: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { run }) => {
    const now = Date.now();
    const active = run ? await activeRun(ctx) : null;
    let why: string | undefined;
    if (active !== null && isAbandoned(active, now)) {
      if (active.key === 'server' && active.expectedPlan === undefined) {
        await scheduleDrive(ctx, active._id);
        why = 'Took up a run whose driver was gone';
      } else {
        const failure = { code: 'SYNC_NOT_RESUMABLE' as const, message: lostMessage(active) };
        await failRun(ctx, active, failure, bySystem(now));
        why = 'Ended a run whose driver was gone';
      }
    }
    if (await watchSweeps(ctx, now)) why = 'Took up a sweep';
    if (await watchRemovals(ctx, now)) why = 'Took up confirmed removals';
    await recordSchedule(ctx, 'watch syncs', { outcome: 'ok', why }, now);
    return null;
  },
});

/** Forgets the details of old runs, batch by batch. */
export const prune = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const now = Date.now();
    const { count, isDone } = await pruneSyncDetails(ctx, now);
    const why = count === 0 ? undefined : `Removed ${count}`;
    await recordSchedule(ctx, 'prune sync details', { outcome: 'ok', why }, now);
    if (!isDone) await ctx.scheduler.runAfter(0, internal.adminSync.prune, {});
    return count;
  },
});

async function existing(ctx: QueryCtx, runId: Id<'syncRuns'>): Promise<SyncRun> {
  const found = await ctx.db.get('syncRuns', runId);
  if (found === null) fail('NOT_FOUND', { field: 'runId' });
  return found;
}

function bySystem(now: number): Cause {
  return { actor: 'system', source: 'system', correlationId: newCorrelationId(now), now };
}
