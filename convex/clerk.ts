import { v } from 'convex/values';
import { internal } from './_generated/api';
import { internalAction, internalMutation } from './functions';
import { applyClerkUser } from './model/applyClerkUser';
import { fetchClerkUser } from './model/clerkApi';
import { log } from './model/log';
import { clerkUserValidator } from './model/validators';

/** Settles a tie of rule 2 by Clerk's own word. Throws to be tried again by the pool. */
export const refetch = internalAction({
  args: { externalId: v.string(), ask: v.number() },
  returns: v.null(),
  handler: async (ctx, { externalId, ask }) => {
    const answer = await fetchClerkUser(externalId);
    if (answer.kind === 'retry') throw new Error(answer.reason);
    if (answer.kind === 'refused' || answer.user === undefined) {
      // A person gone from Clerk is deleted by their own webhook; a bad key is seen by `doctor`.
      const reason = answer.kind === 'refused' ? answer.reason : 'the answer is no user';
      log('warn', 'clerk.refetch', { user: externalId, reason });
      return null;
    }
    await ctx.runMutation(internal.clerk.applyFetched, { user: answer.user, ask });
    return null;
  },
});

export const applyFetched = internalMutation({
  args: { user: clerkUserValidator, ask: v.number() },
  returns: v.null(),
  handler: async (ctx, { user, ask }) => {
    await applyClerkUser(
      ctx,
      { user, via: { kind: 'fetch', ask } },
      {
        actor: 'clerk',
        source: 'clerk',
        correlationId: `refetch:${user.externalId}:${ask}`,
        now: Date.now(),
      },
    );
    return null;
  },
});
