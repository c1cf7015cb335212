import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { mutation, query } from './functions';
import { requirePermission } from './model/access';
import { byCaller } from './model/cause';
import {
  deliveryDetail,
  deliveryFilter,
  deliveryView,
  getDelivery,
  listDeliveries,
} from './model/deliveryListing';
import { fail } from './model/errors';
import { limitCaller } from './model/pools';
import { replayDelivery } from './model/replayDelivery';
import { deliveryOutcome } from './model/validators';

/** Receipts of webhooks, newest first. */
export const list = query({
  args: { paginationOpts: paginationOptsValidator, ...deliveryFilter },
  returns: paginationResultValidator(deliveryView),
  handler: async (ctx, { paginationOpts, ...filter }) => {
    requirePermission(ctx.actor, 'deliveries:read');
    return await listDeliveries(ctx, filter, paginationOpts);
  },
});

/** One receipt with what the delivery said; null when it is forgotten. */
export const get = query({
  args: { deliveryId: v.string() },
  returns: v.union(deliveryDetail, v.null()),
  handler: async (ctx, { deliveryId }) => {
    requirePermission(ctx.actor, 'deliveries:read');
    // From an address: what is no id of a delivery names none.
    const id = ctx.db.normalizeId('deliveries', deliveryId);
    const row = id && (await ctx.db.get('deliveries', id));
    return row && (await getDelivery(ctx, row));
  },
});

/** Applies a delivery once more, by the rules of its arrival. */
export const replay = mutation({
  args: { deliveryId: v.id('deliveries') },
  returns: v.object({ outcome: deliveryOutcome, why: v.optional(v.string()) }),
  handler: async (ctx, { deliveryId }) => {
    requirePermission(ctx.actor, 'deliveries:replay');
    await limitCaller(ctx, 'replayDelivery', ctx.actor.externalId);
    const delivery = await ctx.db.get('deliveries', deliveryId);
    if (delivery === null) fail('NOT_FOUND', { field: 'deliveryId' });
    return await replayDelivery(ctx, delivery, byCaller(ctx.actor));
  },
});
