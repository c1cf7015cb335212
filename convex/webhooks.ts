import { v } from 'convex/values';
import { internalMutation, query } from './functions';
import { requirePermission } from './model/access';
import { receiveDelivery } from './model/deliveries';
import { healthView, readHealth } from './model/healthView';
import { clerkEventValidator, deliveryOutcome } from './model/validators';

/** Receipt, effect and audit of one verified webhook, in one transaction (rule 4). */
export const receive = internalMutation({
  args: { svixId: v.string(), payloadHash: v.string(), event: clerkEventValidator },
  returns: deliveryOutcome,
  handler: async (ctx, receipt) => await receiveDelivery(ctx, receipt, Date.now()),
});

/** Whether webhooks arrive, why not where they do not, and what to do about it. */
export const health = query({
  args: {},
  returns: healthView,
  handler: async (ctx) => {
    requirePermission(ctx.actor, 'deliveries:read');
    return await readHealth(ctx);
  },
});
