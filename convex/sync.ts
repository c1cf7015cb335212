import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { isSecretKey } from '../src/shared/sync';
import { internal } from './_generated/api';
import type { Id } from './_generated/dataModel';
import type { QueryCtx } from './_generated/server';
import { mutation, publicAction, query } from './functions';
import { clerkApiWith } from './model/environment';
import { fail } from './model/errors';
import { syncPastedMsMax } from './model/limits';
import { limitCaller } from './model/pools';
import { listSchedules, scheduleView } from './model/schedules';
import {
  changesOf,
  changeView,
  errorsOf,
  errorView,
  missingOf,
  missingView,
  runs as listRuns,
} from './model/sync/listing';
import { byCaller } from './model/cause';
import { requireSync, triggerOf } from './model/sync/callers';
import { driveRun } from './model/sync/drive';
import { confirmRemovals as confirmRemovalsOf } from './model/sync/heldRemovals';
import { restoreSweep as restoreSweepOf } from './model/sync/restoreSweep';
import { cancelRun, resumeRun, startRun, type SyncRun } from './model/sync/runs';
import {
  cancelSweep as cancelSweepOf,
  confirmSweep as confirmSweepOf,
  existingSweep,
  requestSweep,
} from './model/sync/sweep';
import { syncKind, syncMode } from './model/sync/validators';
import { type ActorRow, requirePermission } from './model/access';
import { runView, statusView, syncStatus, toRunView } from './model/sync/views';

/*
 * The sync page. Reading needs `sync:read`, doing `sync:run`. The operator's twins of these
 * functions are in `adminSync.ts`, what drives a run in `syncWork.ts`.
 */

/** State of the whole, the run that goes on, the last one, drift, schedule. Changes live. */
export const status = query({
  args: {},
  returns: statusView,
  handler: async (ctx) => {
    requireSync(ctx.actor, 'sync:read');
    return await syncStatus(ctx);
  },
});

/** A5: every run, newest first. */
export const runs = query({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(runView),
  handler: async (ctx, { paginationOpts }) => {
    requireSync(ctx.actor, 'sync:read');
    return await listRuns(ctx, paginationOpts);
  },
});

export const run = query({
  args: { runId: v.string() },
  returns: v.union(runView, v.null()),
  handler: async (ctx, { runId }) => {
    requireSync(ctx.actor, 'sync:read');
    // From an address: what is no id of a run names none.
    const id = ctx.db.normalizeId('syncRuns', runId);
    const found = id && (await ctx.db.get('syncRuns', id));
    return found && (await toRunView(ctx, found));
  },
});

export const errors = query({
  args: { runId: v.id('syncRuns'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(errorView),
  handler: async (ctx, { runId, paginationOpts }) => {
    requireSync(ctx.actor, 'sync:read');
    return await errorsOf(ctx, runId, paginationOpts);
  },
});

/** The diff of a dry run. */
export const changes = query({
  args: { runId: v.id('syncRuns'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(changeView),
  handler: async (ctx, { runId, paginationOpts }) => {
    requireSync(ctx.actor, 'sync:read');
    return await changesOf(ctx, runId, paginationOpts);
  },
});

/** A7: people here that Clerk's list did not have. */
export const missing = query({
  args: { runId: v.id('syncRuns'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(missingView),
  handler: async (ctx, { runId, paginationOpts }) => {
    requireSync(ctx.actor, 'sync:read');
    return await missingOf(ctx, runId, paginationOpts);
  },
});

/** A10: every cron with its last and next run, and why one did not run. */
export const schedules = query({
  args: {},
  returns: v.array(scheduleView),
  handler: async (ctx) => {
    requireSync(ctx.actor, 'sync:read');
    return await listSchedules(ctx);
  },
});

/** Starts a run with the server's key; it goes on without the caller. */
export const start = mutation({
  args: {
    mode: syncMode,
    only: v.optional(syncKind),
    emailDomain: v.optional(v.string()),
    ids: v.optional(v.array(v.string())),
    planHash: v.optional(v.string()),
  },
  returns: v.id('syncRuns'),
  handler: async (ctx, { mode, planHash, ...scope }) => {
    requireSync(ctx.actor, 'sync:run');
    await limitCaller(ctx, 'sync', ctx.actor.externalId);
    const request = { mode, scope, expectedPlan: planHash, startedBy: ctx.actor._id };
    const cause = byCaller(ctx.actor);
    return await startRun(ctx, { ...request, trigger: triggerOf(ctx.actor), key: 'server' }, cause);
  },
});

/**
 * A2: a run with a key that somebody pasted. The key lives in this action's memory alone: it is no
 * argument of anything scheduled and of no mutation, and no error repeats it. Answers when the run
 * has ended; `status` shows it meanwhile. When the action dies the run has failed, and the key has
 * to be pasted again.
 */
export const startWithKey = publicAction({
  args: {
    secretKey: v.string(),
    mode: syncMode,
    only: v.optional(syncKind),
    emailDomain: v.optional(v.string()),
    ids: v.optional(v.array(v.string())),
    planHash: v.optional(v.string()),
  },
  returns: v.id('syncRuns'),
  handler: async (ctx, { secretKey, ...request }): Promise<Id<'syncRuns'>> => {
    const key = secretKey.trim();
    if (!isSecretKey(key)) fail('CLERK_KEY_MALFORMED', { field: 'secretKey' });
    const runId = await ctx.runMutation(internal.syncWork.startPasted, request);
    await driveRun(ctx, { runId, ...clerkApiWith(key), forMs: syncPastedMsMax });
    return runId;
  },
});

export const cancel = mutation({
  args: { runId: v.id('syncRuns') },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    requireSync(ctx.actor, 'sync:run');
    await cancelRun(ctx, await existing(ctx, runId), byCaller(ctx.actor));
    return null;
  },
});

export const resume = mutation({
  args: { runId: v.id('syncRuns') },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    requireSync(ctx.actor, 'sync:run');
    await limitCaller(ctx, 'sync', ctx.actor.externalId);
    await resumeRun(ctx, await existing(ctx, runId), byCaller(ctx.actor));
    return null;
  },
});

/** A11: "Sync from Clerk" on a row. */
export const syncUser = mutation({
  args: { userId: v.id('users') },
  returns: v.id('syncRuns'),
  handler: async (ctx, { userId }) => {
    requireSync(ctx.actor, 'sync:run');
    await limitCaller(ctx, 'sync', ctx.actor.externalId);
    const row = await ctx.db.get('users', userId);
    if (row === null) fail('USER_NOT_FOUND', { field: 'userId' });
    if (row.deletedAt !== undefined) fail('USER_DELETED');
    const scope = { only: 'users' as const, ids: [row.externalId] };
    const request = { mode: 'apply' as const, trigger: triggerOf(ctx.actor), scope };
    const by = { key: 'server' as const, startedBy: ctx.actor._id };
    return await startRun(ctx, { ...request, ...by }, byCaller(ctx.actor));
  },
});

async function existing(ctx: QueryCtx, runId: Id<'syncRuns'>): Promise<SyncRun> {
  const found = await ctx.db.get('syncRuns', runId);
  if (found === null) fail('NOT_FOUND', { field: 'runId' });
  return found;
}

/** Opt-in, separate, owners only: deactivates people whom Clerk does not have (see `sweep.ts`). */
export const sweep = mutation({
  args: { runId: v.id('syncRuns') },
  returns: v.id('syncSweeps'),
  handler: async (ctx, { runId }) => {
    requireOwner(ctx.actor);
    await limitCaller(ctx, 'sync', ctx.actor.externalId);
    return await requestSweep(ctx, await existing(ctx, runId), byCaller(ctx.actor));
  },
});

export const confirmSweep = mutation({
  args: { sweepId: v.id('syncSweeps') },
  returns: v.null(),
  handler: async (ctx, { sweepId }) => {
    requireOwner(ctx.actor);
    await confirmSweepOf(ctx, await existingSweep(ctx, sweepId), byCaller(ctx.actor));
    return null;
  },
});

export const cancelSweep = mutation({
  args: { sweepId: v.id('syncSweeps') },
  returns: v.null(),
  handler: async (ctx, { sweepId }) => {
    requireOwner(ctx.actor);
    await cancelSweepOf(ctx, await existingSweep(ctx, sweepId), byCaller(ctx.actor));
    return null;
  },
});

/** Gives back exactly what people had before a sweep. */
export const restoreSweep = mutation({
  args: { sweepId: v.id('syncSweeps') },
  returns: v.null(),
  handler: async (ctx, { sweepId }) => {
    requireOwner(ctx.actor);
    await restoreSweepOf(ctx, await existingSweep(ctx, sweepId), byCaller(ctx.actor));
    return null;
  },
});

/** What a run found gone in Clerk and left for somebody to confirm (see `removals.ts`). */
export const confirmRemovals = mutation({
  args: { runId: v.id('syncRuns') },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    requireOwner(ctx.actor);
    await limitCaller(ctx, 'sync', ctx.actor.externalId);
    await confirmRemovalsOf(ctx, await existing(ctx, runId), byCaller(ctx.actor));
    return null;
  },
});

/** As brakes: decided by people, not by machines that hold a token of theirs. */
function requireOwner(actor: ActorRow): void {
  requirePermission(actor, 'brakes:decide');
  if (actor.token !== undefined) fail('FORBIDDEN', { message: 'Only people decide about sweeps.' });
}
