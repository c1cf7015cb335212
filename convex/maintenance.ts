import { v } from 'convex/values';
import { internal } from './_generated/api';
import { internalAction, internalMutation, internalQuery } from './functions';
import type { Cause } from './model/auditLog';
import {
  attemptLostMs,
  auditPruneBatch,
  bulkJobsKeptMs,
  deliveriesKeptMs,
  intentForgottenMs,
  intentsKeptMs,
  maintenanceBatch,
  tokensKeptMs,
  payloadsKeptMs,
} from './model/limits';
import { pruneOldAlarms } from './model/alarms';
import { prunedBefore, pruneAudit } from './model/auditRetention';
import { pruneFailedEvents } from './model/failedEvents';
import { expireInvitations as expireOldInvitations } from './model/followInvitations';
import { watchInvitations } from './model/invitationOutbox';
import { scrubPayloadsOf } from './model/deliveryPayloads';
import { handToPool } from './model/intents';
import { settleIntent } from './model/outbox';
import { recordSchedule } from './model/schedules';
import { forgetChangesOf } from './model/sync/retention';
import { buildCounts as buildMissingCounts, recountPeople as stepOfRecount } from './model/recount';

/** Forgets old receipts. A backlog larger than one batch shrinks with the next runs. */
export const pruneDeliveries = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const old = await ctx.db
      .query('deliveries')
      .withIndex('by_creation_time', (q) => q.lt('_creationTime', Date.now() - deliveriesKeptMs))
      .take(maintenanceBatch);
    for (const delivery of old) await ctx.db.delete('deliveries', delivery._id);
    await recordSchedule(ctx, 'prune old deliveries', { outcome: 'ok', why: pruned(old.length) });
    return old.length;
  },
});

/** Forgets API tokens that ended long ago; the audit log keeps their story. */
export const pruneTokens = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    await recordSchedule(ctx, 'prune ended API tokens', { outcome: 'ok' });
    const old = await ctx.db
      .query('apiTokens')
      .withIndex('byEndsAt', (q) => q.lt('endsAt', Date.now() - tokensKeptMs))
      .take(maintenanceBatch);
    for (const token of old) await ctx.db.delete('apiTokens', token._id);
    return old.length;
  },
});

/** Forgets what old deliveries said; their receipts stay longer. */
export const prunePayloads = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    await recordSchedule(ctx, 'prune old payloads', { outcome: 'ok' });
    const old = await ctx.db
      .query('deliveryPayloads')
      .withIndex('by_creation_time', (q) => q.lt('_creationTime', Date.now() - payloadsKeptMs))
      .take(maintenanceBatch);
    for (const payload of old) await ctx.db.delete('deliveryPayloads', payload._id);
    return old.length;
  },
});

/** Goes on emptying what deliveries said of an erased person. */
export const scrubPayloads = internalMutation({
  args: { personId: v.string() },
  returns: v.null(),
  handler: async (ctx, { personId }) => {
    await scrubPayloadsOf(ctx, personId);
    return null;
  },
});

/** Goes on forgetting what dry runs wrote down of an erased person. */
export const forgetSyncChanges = internalMutation({
  args: { externalId: v.string() },
  returns: v.null(),
  handler: async (ctx, { externalId }) => {
    await forgetChangesOf(ctx, externalId);
    return null;
  },
});

/** Forgets intents that can prove nothing any more. */
export const pruneIntents = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const before = Date.now() - intentsKeptMs;
    let count = 0;
    for (const state of ['done', 'superseded', 'dismissed'] as const) {
      const old = await ctx.db
        .query('roleIntents')
        .withIndex('byState', (q) => q.eq('state', state).lt('updatedAt', before))
        .take(maintenanceBatch);
      for (const intent of old) await ctx.db.delete('roleIntents', intent._id);
      count += old.length;
    }
    await recordSchedule(ctx, 'prune settled intents', { outcome: 'ok', why: pruned(count) });
    return count;
  },
});

/** Forgets bulk changes that ended long ago, people first, so that no result outlives its job. */
export const pruneBulkJobs = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    await recordSchedule(ctx, 'prune bulk changes', { outcome: 'ok' });
    const before = Date.now() - bulkJobsKeptMs;
    for (const status of ['completed', 'cancelled', 'failed'] as const) {
      const old = await ctx.db
        .query('bulkJobs')
        .withIndex('byStatus', (q) => q.eq('status', status).lt('updatedAt', before))
        .first();
      if (old === null) continue;
      const results = await ctx.db
        .query('bulkResults')
        .withIndex('byJob', (q) => q.eq('jobId', old._id))
        .take(maintenanceBatch);
      for (const result of results) await ctx.db.delete('bulkResults', result._id);
      const rest = results.length === maintenanceBatch;
      if (!rest) await ctx.db.delete('bulkJobs', old._id);
      await ctx.scheduler.runAfter(0, internal.maintenance.pruneBulkJobs, {});
      return results.length;
    }
    return 0;
  },
});

/**
 * Takes up what the pool dropped: attempts that never reported, and queued intents whose time has
 * long come. Claiming is guarded, so handing an intent over twice does no harm.
 */
export const watchOutbox = internalMutation({
  args: {},
  returns: v.object({ lost: v.number(), forgotten: v.number(), invitations: v.number() }),
  handler: async (ctx) => {
    const now = Date.now();
    const cause: Cause = { actor: 'system', source: 'system', correlationId: `watch:${now}`, now };
    const lost = await ctx.db
      .query('roleIntents')
      .withIndex('byState', (q) => q.eq('state', 'inFlight').lt('updatedAt', now - attemptLostMs))
      .take(100);
    for (const intent of lost) {
      const report = { kind: 'retry' as const, reason: 'The attempt was lost' };
      await settleIntent(ctx, intent, report, cause);
    }
    const waiting = await ctx.db
      .query('roleIntents')
      .withIndex('byState', (q) => q.eq('state', 'queued').lt('updatedAt', now - intentForgottenMs))
      .take(100);
    const forgotten = waiting.filter((intent) => intent.notBefore < now - intentForgottenMs);
    for (const intent of forgotten) {
      await ctx.db.patch('roleIntents', intent._id, { updatedAt: now });
      await handToPool(ctx, intent._id, 0);
    }
    const invitations = await watchInvitations(ctx, now);
    const takenUp = lost.length + forgotten.length + invitations;
    const why = takenUp === 0 ? undefined : `Took up ${takenUp} pushes`;
    await recordSchedule(ctx, 'watch the outbox', { outcome: 'ok', why }, now);
    return { lost: lost.length, forgotten: forgotten.length, invitations };
  },
});

const recountStep = v.union(
  v.object({ isDone: v.literal(false), rows: v.number() }),
  v.object({ isDone: v.literal(true), rows: v.number(), drift: v.number() }),
);

/**
 * The cron of the first count. It looks in a query: nearly every mutation about people writes the
 * counts, and one that only read them would conflict with a sync's on Convex.
 */
export const watchCounts = internalAction({
  args: {},
  returns: v.null(),
  handler: async (ctx): Promise<null> => {
    const isThere: boolean = await ctx.runQuery(internal.maintenance.hasCounts, {});
    if (isThere) await ctx.runMutation(internal.maintenance.noteCounted, {});
    else await ctx.runMutation(internal.maintenance.buildCounts, {});
    return null;
  },
});

export const hasCounts = internalQuery({
  args: {},
  returns: v.boolean(),
  handler: async (ctx) => (await ctx.db.query('peopleCounts').unique())?.cells !== undefined,
});

export const noteCounted = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await recordSchedule(ctx, 'count people not counted yet', { outcome: 'ok' });
    return null;
  },
});

/** Counts the people of a deployment that has no counts yet; otherwise reads one document. */
export const buildCounts = internalMutation({
  args: { isNext: v.optional(v.boolean()) },
  returns: v.union(recountStep, v.null()),
  handler: async (ctx, { isNext }) => {
    const now = Date.now();
    // Each step of a recount runs here too; only the cron's own call is the schedule.
    if (isNext !== true) {
      await recordSchedule(ctx, 'count people not counted yet', { outcome: 'ok' }, now);
    }
    return await buildMissingCounts(ctx, isNext ?? false, now);
  },
});

/**
 * The integrity check of the counts, one bounded step: call with `restart` first, then without,
 * until `isDone`. Wrong counts are put right and audited; `drift` says by how many people.
 */
export const recountPeople = internalMutation({
  args: { restart: v.boolean() },
  returns: recountStep,
  handler: async (ctx, { restart }) => await stepOfRecount(ctx, restart, Date.now()),
});

/** Ends invitations whose time is over, here as in Clerk. */
export const expireInvitations = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const now = Date.now();
    const expired = await expireOldInvitations(ctx, now);
    const why = expired === 0 ? undefined : `Ended ${expired}`;
    await recordSchedule(ctx, 'expire invitations', { outcome: 'ok', why }, now);
    return expired;
  },
});

/** Forgets acknowledged alarms, whose story the audit log keeps, and failures long over. */
export const pruneAlarms = internalMutation({
  args: {},
  returns: v.object({ alarms: v.number(), failures: v.number() }),
  handler: async (ctx) => {
    const now = Date.now();
    const alarms = await pruneOldAlarms(ctx, now);
    const failures = await pruneFailedEvents(ctx, now);
    const why = pruned(alarms + failures);
    await recordSchedule(ctx, 'prune old alarms', { outcome: 'ok', why }, now);
    return { alarms, failures };
  },
});

/** Retention of the audit log, batch by batch; nothing where all is kept. */
export const pruneAuditLog = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const now = Date.now();
    const before = prunedBefore(now);
    const count = before === undefined ? 0 : await pruneAudit(ctx, { before }, now);
    const why = before === undefined ? 'All entries are kept' : pruned(count);
    await recordSchedule(ctx, 'prune the audit log', { outcome: 'ok', why }, now);
    if (count === auditPruneBatch) {
      await ctx.scheduler.runAfter(0, internal.maintenance.pruneAuditLog, {});
    }
    return count;
  },
});

function pruned(count: number): string | undefined {
  return count === 0 ? undefined : `Removed ${count}`;
}
