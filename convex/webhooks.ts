import { v } from 'convex/values';
import { internalMutation } from './functions';
import { receiveDelivery } from './model/deliveries';
import { clerkEventValidator, deliveryOutcome } from './model/validators';

/** Receipt, effect and audit of one verified webhook, in one transaction (rule 4). */
export const receive = internalMutation({
  args: { svixId: v.string(), payloadHash: v.string(), event: clerkEventValidator },
  returns: deliveryOutcome,
  handler: async (ctx, receipt) => await receiveDelivery(ctx, receipt, Date.now()),
});
