import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { mutation, query } from './functions';
import { requirePermission } from './model/access';
import {
  acknowledge as acknowledgeAlarms,
  alarmView,
  countOpenAlarms,
  pageOfAlarms,
} from './model/alarms';
import { byCaller } from './model/cause';
import { limitCaller } from './model/pools';

/** Alarms of the audit log, newest first: those that nobody has looked after, or all others. */
export const list = query({
  args: { paginationOpts: paginationOptsValidator, acknowledged: v.optional(v.boolean()) },
  returns: paginationResultValidator(alarmView),
  handler: async (ctx, { paginationOpts, acknowledged }) => {
    requirePermission(ctx.actor, 'audit:read');
    return await pageOfAlarms(ctx, { paginationOpts, acknowledged: acknowledged ?? false });
  },
});

/** Open alarms, counted up to a bound: `more` says that there are further ones. */
export const count = query({
  args: {},
  returns: v.object({ open: v.number(), more: v.boolean() }),
  handler: async (ctx) => {
    requirePermission(ctx.actor, 'audit:read');
    return await countOpenAlarms(ctx);
  },
});

/** Says that somebody has looked after them. Those acknowledged before stay as they are. */
export const acknowledge = mutation({
  args: { alarmIds: v.array(v.id('alarms')) },
  returns: v.object({ acknowledged: v.number() }),
  handler: async (ctx, { alarmIds }) => {
    requirePermission(ctx.actor, 'alarms:acknowledge');
    await limitCaller(ctx, 'acknowledge', ctx.actor.externalId);
    return { acknowledged: await acknowledgeAlarms(ctx, alarmIds, byCaller(ctx.actor)) };
  },
});
