import { v } from 'convex/values';
import { internal } from './_generated/api';
import { internalAction, internalMutation } from './functions';
import { applyClerkUser } from './model/applyClerkUser';
import { applyMembership } from './model/applyMembership';
import { applyOrganization } from './model/applyOrganization';
import type { Cause } from './model/auditLog';
import {
  type ClerkAnswer,
  fetchClerkMembership,
  fetchClerkOrganization,
  fetchClerkUser,
} from './model/clerkApi';
import { buryMembershipsOf } from './model/deleteMembership';
import { log } from './model/log';
import {
  clerkMembershipValidator,
  clerkOrganizationValidator,
  clerkUserValidator,
} from './model/validators';

/*
 * Settles ties of rule 2 by Clerk's own word. Each question throws to be tried again by the pool;
 * what Clerk does not know any more is deleted by its own webhook.
 */

export const refetch = internalAction({
  args: { externalId: v.string(), ask: v.number() },
  returns: v.null(),
  handler: async (ctx, { externalId, ask }) => {
    const user = answered(await fetchClerkUser(externalId), `user:${externalId}`);
    if (user !== undefined) await ctx.runMutation(internal.clerk.applyFetched, { user, ask });
    return null;
  },
});

export const refetchOrganization = internalAction({
  args: { externalId: v.string(), ask: v.number() },
  returns: v.null(),
  handler: async (ctx, { externalId, ask }) => {
    const answer = await fetchClerkOrganization(externalId);
    const organization = answered(answer, `organization:${externalId}`);
    if (organization !== undefined) {
      await ctx.runMutation(internal.clerk.applyFetchedOrganization, { organization, ask });
    }
    return null;
  },
});

export const refetchMembership = internalAction({
  args: {
    externalId: v.string(),
    organizationExternalId: v.string(),
    userExternalId: v.string(),
    ask: v.number(),
  },
  returns: v.null(),
  handler: async (ctx, { ask, ...names }) => {
    const answer = await fetchClerkMembership(names);
    const membership = answered(answer, `membership:${names.externalId}`);
    if (membership !== undefined) {
      await ctx.runMutation(internal.clerk.applyFetchedMembership, { membership, ask });
    }
    return null;
  },
});

export const applyFetched = internalMutation({
  args: { user: clerkUserValidator, ask: v.number() },
  returns: v.null(),
  handler: async (ctx, { user, ask }) => {
    const cause = byClerk(`refetch:${user.externalId}:${ask}`);
    await applyClerkUser(ctx, { user, via: { kind: 'fetch', ask } }, cause);
    return null;
  },
});

export const applyFetchedOrganization = internalMutation({
  args: { organization: clerkOrganizationValidator, ask: v.number() },
  returns: v.null(),
  handler: async (ctx, { organization, ask }) => {
    const cause = byClerk(`refetch:${organization.externalId}:${ask}`);
    await applyOrganization(ctx, { organization, via: { kind: 'fetch', ask } }, cause);
    return null;
  },
});

export const applyFetchedMembership = internalMutation({
  args: { membership: clerkMembershipValidator, ask: v.number() },
  returns: v.null(),
  handler: async (ctx, { membership, ask }) => {
    const cause = byClerk(`refetch:${membership.externalId}:${ask}`);
    await applyMembership(ctx, { membership, via: { kind: 'fetch', ask } }, cause);
    return null;
  },
});

/** Goes on where a deletion left more memberships than one transaction should touch. */
export const buryMemberships = internalMutation({
  args: {
    deceased: v.object({
      of: v.union(v.literal('user'), v.literal('organization')),
      externalId: v.string(),
    }),
    correlationId: v.string(),
  },
  returns: v.null(),
  handler: async (ctx, { deceased, correlationId }) => {
    await buryMembershipsOf(ctx, deceased, byClerk(correlationId));
    return null;
  },
});

function answered<T>(answer: ClerkAnswer<T>, what: string): T | undefined {
  if (answer.kind === 'retry') throw new Error(answer.reason);
  if (answer.kind === 'ok' && answer.value !== undefined) return answer.value;
  // A bad key is seen by `doctor`.
  const reason = answer.kind === 'refused' ? answer.reason : 'the answer is not to be understood';
  log('warn', 'clerk.refetch', { what, reason });
  return undefined;
}

function byClerk(correlationId: string): Cause {
  return { actor: 'clerk', source: 'clerk', correlationId, now: Date.now() };
}
