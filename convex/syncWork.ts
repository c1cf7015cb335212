import { v } from 'convex/values';
import { errorCodes } from '../src/shared/error-codes';
import schema from './schema';
import { internalAction, internalMutation, internalQuery } from './functions';
import { getCurrentUserOrThrow } from './model/access';
import type { Cause } from './model/auditLog';
import { clerkApi, clerkApiWith, clerkInstanceKind } from './model/environment';
import { isOurInstance } from './model/instance';
import { syncConfirmMax, syncDriveMsMax } from './model/limits';
import { limitCaller, takeClerkRequest } from './model/pools';
import { applyBatch as applyOne } from './model/sync/applyBatch';
import { byCaller } from './model/cause';
import { requireSync, triggerOf } from './model/sync/callers';
import { driveRun } from './model/sync/drive';
import { claimRun, driven, isLeaseFresh, renewedLease } from './model/sync/lease';
import { behind, endRun, scheduleDrive, startRun } from './model/sync/runs';
import { judgeUnseenOf } from './model/sync/missing';
import {
  batchEnd,
  beginVerdict,
  going,
  type RemovalTally,
  syncFailure,
  syncKind,
  syncMode,
  syncPhase,
  syncSlice,
} from './model/sync/validators';

/*
 * What the driver of a run calls. Each call names the run and the driver; one that drives no more
 * is told so and writes nothing.
 */

const address = { runId: v.id('syncRuns'), driver: v.string() };
/** Requests to Clerk since the last report, and how many of them were answered 429. */
const traffic = { requests: v.number(), limited: v.number() };

/** Drives a run with the server's key. Scheduled; the watcher starts it again when it died. */
export const drive = internalAction({
  args: { runId: v.id('syncRuns') },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    const api = clerkApi();
    // Without a key Clerk answers 401, which ends the run with words of its own.
    const { baseUrl, secretKey } = api.ok ? api : clerkApiWith('');
    await driveRun(ctx, { runId, baseUrl, secretKey, forMs: syncDriveMsMax });
    return null;
  },
});

/** The beginning of `sync:startWithKey`, on behalf of its caller; the key is not among the arguments. */
export const startPasted = internalMutation({
  args: {
    mode: syncMode,
    only: v.optional(syncKind),
    emailDomain: v.optional(v.string()),
    ids: v.optional(v.array(v.string())),
    planHash: v.optional(v.string()),
  },
  returns: v.id('syncRuns'),
  handler: async (ctx, { mode, planHash, ...scope }) => {
    const actor = await getCurrentUserOrThrow(ctx);
    requireSync(actor, 'sync:run');
    await limitCaller(ctx, 'sync', actor.externalId);
    const request = { mode, scope, expectedPlan: planHash, startedBy: actor._id };
    return await startRun(
      ctx,
      { ...request, trigger: triggerOf(actor), key: 'pasted' },
      byCaller(actor),
    );
  },
});

const runDocument = v.object({
  ...schema.tables.syncRuns.validator.fields,
  _id: v.id('syncRuns'),
  _creationTime: v.number(),
});

export const claim = internalMutation({
  args: address,
  returns: v.union(runDocument, v.null()),
  handler: async (ctx, { runId, driver }) => await claimRun(ctx, runId, driver, Date.now()),
});

/** A2, rule 5: a key of another Clerk application must not overwrite this one's people. */
export const begin = internalMutation({
  args: {
    ...address,
    instanceId: v.string(),
    total: v.number(),
    slices: v.array(syncSlice),
    clerkUsers: v.optional(v.number()),
    /** How many there are in Clerk, of those that are to be read. */
    mirrors: v.object({
      organizations: v.optional(v.number()),
      memberships: v.optional(v.number()),
    }),
  },
  returns: beginVerdict,
  handler: async (ctx, { runId, driver, instanceId, total, slices, clerkUsers, mirrors }) => {
    const now = Date.now();
    const going = await driven(ctx, runId, driver);
    if (!going.go) return { kind: 'stopped' as const, why: going.why };
    if (!(await isOurInstance(ctx, instanceId))) {
      const { text: message } = errorCodes.KEY_OF_OTHER_INSTANCE;
      return {
        kind: 'foreign' as const,
        failure: { code: 'KEY_OF_OTHER_INSTANCE' as const, message },
      };
    }
    await ctx.db.patch('syncRuns', runId, {
      instanceId,
      total,
      slices,
      clerkUsers: clerkUsers === undefined ? undefined : { before: clerkUsers },
      removals: {
        organizations: newRemovals(mirrors.organizations),
        memberships: newRemovals(mirrors.memberships),
      },
      lease: renewedLease(driver, now),
    });
    return { kind: 'ok' as const };
  },
});

export const enterPhase = internalMutation({
  args: { ...address, ...traffic, phase: syncPhase },
  returns: going,
  handler: async (ctx, { runId, driver, phase, requests, limited }) => {
    const state = await driven(ctx, runId, driver);
    if (!state.go) return state;
    await ctx.db.patch('syncRuns', runId, {
      phase,
      requests: state.run.requests + requests,
      limited: state.run.limited + limited,
      lease: renewedLease(driver, Date.now()),
    });
    return { go: true as const };
  },
});

/**
 * The driver learns whether to go on, and has its lease renewed where no batch has done so lately:
 * while it waits for Clerk. Otherwise nothing is written, so that beats and batches never conflict.
 */
export const beat = internalMutation({
  args: address,
  returns: going,
  handler: async (ctx, { runId, driver }) => {
    const state = await driven(ctx, runId, driver);
    if (!state.go) return state;
    const now = Date.now();
    if (isLeaseFresh(state.run, now)) return { go: true as const };
    await ctx.db.patch('syncRuns', runId, { lease: renewedLease(driver, now) });
    return { go: true as const };
  },
});

/** Takes requests out of the budget that pushes and re-fetches share. */
export const takeRequests = internalMutation({
  args: { count: v.number() },
  returns: v.union(
    v.object({ ok: v.literal(true) }),
    v.object({ ok: v.literal(false), waitMs: v.number() }),
  ),
  handler: async (ctx, { count }) => await takeClerkRequest(ctx, clerkInstanceKind(), count),
});

/** Rows, counts, audit entries and the checkpoint of one batch. */
export const applyBatch = internalMutation({
  args: {
    ...address,
    kind: syncKind,
    /** `packing.ts`: JSON of tuples for users, of parsed records otherwise. */
    records: v.string(),
    stretch: v.optional(v.object({ from: v.optional(v.number()), to: v.optional(v.number()) })),
    listed: v.optional(v.array(v.string())),
    scanCursor: v.union(v.string(), v.null()),
    verify: v.boolean(),
    expected: v.optional(v.array(v.string())),
    errors: v.array(v.object({ externalId: v.optional(v.string()), reason: v.string() })),
    skipped: v.number(),
    /** `end`: where the slice stands when all records are settled; absent: at the last of them. */
    slice: v.object({ index: v.number(), end: v.optional(syncSlice) }),
    ...traffic,
  },
  returns: batchEnd,
  handler: async (ctx, { runId, driver, requests, limited, ...batch }) => {
    const state = await driven(ctx, runId, driver);
    if (!state.go) return { kind: 'stopped' as const, why: state.why };
    const run = {
      ...state.run,
      requests: state.run.requests + requests,
      limited: state.run.limited + limited,
    };
    return await applyOne(ctx, run, batch, byClerk(run.correlationId));
  },
});

export const listed = internalQuery({
  args: { runId: v.id('syncRuns') },
  returns: v.object({ seen: v.number(), before: v.union(v.number(), v.null()) }),
  handler: async (ctx, { runId }) => {
    const run = await ctx.db.get('syncRuns', runId);
    return { seen: run?.tallies.users.seen ?? 0, before: run?.clerkUsers?.before ?? null };
  },
});

/** The count check after the list: a list that was short is not to be built upon. */
export const noteCount = internalMutation({
  args: { ...address, after: v.number() },
  returns: v.null(),
  handler: async (ctx, { runId, driver, after }) => {
    const state = await driven(ctx, runId, driver);
    if (!state.go) return null;
    const { run } = state;
    const before = run.clerkUsers?.before ?? after;
    const { seen } = run.tallies.users;
    const isShort = seen < Math.min(before, after);
    const warning = `Clerk counted ${after} users, its list had ${seen}: run again; nobody may be deactivated on the strength of this run.`;
    await ctx.db.patch('syncRuns', runId, {
      clerkUsers: { before, after },
      listIsShort: isShort,
      ...(isShort ? { warnings: [...run.warnings, warning] } : {}),
    });
    return null;
  },
});

/** People that Clerk's list did not have and that nobody asked for yet; none when there are too many. */
export const unseen = internalQuery({
  args: address,
  returns: v.array(v.string()),
  handler: async (ctx, { runId }) => {
    const rows = await ctx.db
      .query('syncMissing')
      .withIndex('byRun', (q) => q.eq('runId', runId).eq('state', 'unseen'))
      .take(syncConfirmMax + 1);
    return rows.length > syncConfirmMax ? [] : rows.slice(0, 20).map((row) => row.externalId);
  },
});

export const judgeUnseen = internalMutation({
  args: {
    ...address,
    verdicts: v.array(v.object({ externalId: v.string(), isThere: v.boolean() })),
  },
  returns: v.null(),
  handler: async (ctx, { runId, driver, verdicts }) => {
    const state = await driven(ctx, runId, driver);
    if (state.go) await judgeUnseenOf(ctx, state.run, verdicts, Date.now());
    return null;
  },
});

/** The time of one job is over: the next one goes on from the checkpoints. */
export const handOver = internalMutation({
  args: { ...address, ...traffic },
  returns: v.null(),
  handler: async (ctx, { runId, driver, requests, limited }) => {
    const state = await driven(ctx, runId, driver);
    if (!state.go) return null;
    await ctx.db.patch('syncRuns', runId, {
      requests: state.run.requests + requests,
      limited: state.run.limited + limited,
      lease: renewedLease('', Date.now()),
    });
    await scheduleDrive(ctx, runId);
    return null;
  },
});

export const finish = internalMutation({
  args: {
    ...address,
    ...traffic,
    end: v.object({
      status: v.union(v.literal('completed'), v.literal('failed'), v.literal('cancelled')),
      failure: v.optional(syncFailure),
    }),
  },
  returns: v.null(),
  handler: async (ctx, { runId, driver, requests, limited, end }) => {
    const run = await ctx.db.get('syncRuns', runId);
    if (run === null || run.status !== 'running' || run.lease?.driver !== driver) return null;
    const counted = {
      ...run,
      requests: run.requests + requests,
      limited: run.limited + limited,
    };
    await endRun(ctx, counted, end, behind(run, Date.now()));
    return null;
  },
});

function newRemovals(before: number | undefined): RemovalTally | undefined {
  return before === undefined ? undefined : { before, unseen: 0, held: 0 };
}

/** What a batch changes was decided in Clerk; the correlation id leads to who started the run. */
function byClerk(correlationId: string): Cause {
  return { actor: 'clerk', source: 'clerk', correlationId, now: Date.now() };
}
