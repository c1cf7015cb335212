import { v } from 'convex/values';
import { internal } from './_generated/api';
import { internalAction, internalMutation, publicAction } from './functions';
import { getCurrentUserOrThrow, requirePermission } from './model/access';
import { limitCaller } from './model/pools';
import { connectionView, testConnection } from './model/testConnection';

/** E2: asks Clerk with the deployment's key. */
export const test = publicAction({
  args: {},
  returns: connectionView,
  handler: async (ctx) => {
    await ctx.runMutation(internal.connection.authorise, {});
    return await testConnection();
  },
});

/** Reads the caller's row and takes one test out of their budget, before anything goes out. */
export const authorise = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const actor = await getCurrentUserOrThrow(ctx);
    requirePermission(actor, 'sync:run');
    await limitCaller(ctx, 'testConnection', actor.externalId);
    return null;
  },
});

/** The same for the operator of the deployment. */
export const testByOperator = internalAction({
  args: {},
  returns: connectionView,
  handler: async () => await testConnection(),
});
