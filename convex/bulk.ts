import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { internalMutation, mutation, query } from './functions';
import { requirePermission, requireSometimes } from './model/access';
import {
  bulkJobView,
  bulkResultView,
  cancelBulk,
  isRunning,
  latestJob,
  listResults,
  permissionFor,
  permissionOf,
  startBulk,
  toBulkJob,
  undoBulk,
} from './model/bulkJobs';
import { changedOne, changeOne as changeOnePerson, stepBulk } from './model/bulkRun';
import { byCaller } from './model/cause';
import { fail } from './model/errors';
import { bulkRestMs } from './model/limits';
import { limitCaller } from './model/pools';
import { recordSchedule } from './model/schedules';
import { bulkAction, bulkFormer, bulkOutcome, bulkSelection } from './model/validators';

/** Requirement C1, many at once: each person is changed as by a single change, one after the other. */
export const start = mutation({
  args: { action: bulkAction, selection: bulkSelection },
  returns: v.id('bulkJobs'),
  handler: async (ctx, args) => {
    requireSometimes(ctx.actor, permissionOf[args.action.kind]);
    await limitCaller(ctx, 'bulk', ctx.actor.externalId);
    return await startBulk(ctx, ctx.actor, args, byCaller(ctx.actor));
  },
});

/** Takes back what a bulk change changed, by whoever may do the opposite to each person. */
export const undo = mutation({
  args: { jobId: v.id('bulkJobs') },
  returns: v.id('bulkJobs'),
  handler: async (ctx, { jobId }) => {
    requirePermission(ctx.actor, 'users:read');
    const job = await ctx.db.get('bulkJobs', jobId);
    if (job === null) fail('NOT_FOUND', { field: 'jobId' });
    await limitCaller(ctx, 'bulk', ctx.actor.externalId);
    return await undoBulk(ctx, ctx.actor, job, byCaller(ctx.actor));
  },
});

/** By whoever started it, or may do the same; what it has changed stays. */
export const cancel = mutation({
  args: { jobId: v.id('bulkJobs') },
  returns: bulkJobView,
  handler: async (ctx, { jobId }) => {
    requirePermission(ctx.actor, 'users:read');
    const job = await ctx.db.get('bulkJobs', jobId);
    if (job === null) fail('NOT_FOUND', { field: 'jobId' });
    requireSometimes(ctx.actor, permissionFor(job.action));
    return toBulkJob(await cancelBulk(ctx, job, byCaller(ctx.actor)));
  },
});

/** The caller's newest bulk change, live while it runs; null when there was none. */
export const latest = query({
  args: {},
  returns: v.union(bulkJobView, v.null()),
  handler: async (ctx) => {
    requirePermission(ctx.actor, 'users:read');
    const job = await latestJob(ctx, ctx.actor);
    return job && toBulkJob(job);
  },
});

export const get = query({
  args: { jobId: v.id('bulkJobs') },
  returns: v.union(bulkJobView, v.null()),
  handler: async (ctx, { jobId }) => {
    requirePermission(ctx.actor, 'users:read');
    const job = await ctx.db.get('bulkJobs', jobId);
    return job && toBulkJob(job);
  },
});

/** What became of each person. */
export const results = query({
  args: {
    jobId: v.id('bulkJobs'),
    outcome: v.optional(bulkOutcome),
    paginationOpts: paginationOptsValidator,
  },
  returns: paginationResultValidator(bulkResultView),
  handler: async (ctx, { jobId, ...request }) => {
    requirePermission(ctx.actor, 'users:read');
    return await listResults(ctx, jobId, request);
  },
});

export const step = internalMutation({
  args: { jobId: v.id('bulkJobs') },
  returns: v.null(),
  handler: async (ctx, { jobId }) => {
    await stepBulk(ctx, jobId);
    return null;
  },
});

export const changeOne = internalMutation({
  args: { jobId: v.id('bulkJobs'), userId: v.id('users'), former: v.optional(bulkFormer) },
  returns: changedOne,
  handler: async (ctx, whom) => await changeOnePerson(ctx, whom),
});

/** Takes up jobs whose step was lost; steps are guarded, so one more does no harm. */
export const watch = internalMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    await recordSchedule(ctx, 'watch bulk changes', { outcome: 'ok' });
    let taken = 0;
    for (const status of ['collecting', 'applying'] as const) {
      const resting = await ctx.db
        .query('bulkJobs')
        .withIndex('byStatus', (q) =>
          q.eq('status', status).lt('updatedAt', Date.now() - bulkRestMs),
        )
        .take(10);
      for (const job of resting.filter(isRunning)) {
        await ctx.db.patch('bulkJobs', job._id, { updatedAt: Date.now() });
        await stepBulk(ctx, job._id);
        taken += 1;
      }
    }
    return taken;
  },
});
