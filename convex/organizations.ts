import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { internalQuery, query } from './functions';
import { requirePermission } from './model/access';
import { fail } from './model/errors';
import {
  listMembers,
  listOrganizations,
  memberView,
  organizationView,
  toOrganization,
} from './model/organizationListing';
import { recordStatus } from './model/validators';

/** Organizations by name, or by relevance to a search; without `status` those not deleted. */
export const list = query({
  args: {
    paginationOpts: paginationOptsValidator,
    status: v.optional(recordStatus),
    search: v.optional(v.string()),
  },
  returns: paginationResultValidator(organizationView),
  handler: async (ctx, args) => {
    requirePermission(ctx.actor, 'organizations:read');
    return await listOrganizations(ctx, args);
  },
});

/** One organization; null when there is none with this id. */
export const get = query({
  args: { organizationId: v.string() },
  returns: v.union(organizationView, v.null()),
  handler: async (ctx, { organizationId }) => {
    requirePermission(ctx.actor, 'organizations:read');
    // From an address: what is no id of an organization names none.
    const id = ctx.db.normalizeId('organizations', organizationId);
    const row = id && (await ctx.db.get('organizations', id));
    return row && (await toOrganization(ctx, row));
  },
});

/** Who belongs to an organization, or did, with their rows where those have arrived. */
export const members = query({
  args: {
    organizationId: v.id('organizations'),
    paginationOpts: paginationOptsValidator,
    status: v.optional(recordStatus),
  },
  returns: paginationResultValidator(memberView),
  handler: async (ctx, { organizationId, ...request }) => {
    requirePermission(ctx.actor, 'organizations:read');
    const organization = await ctx.db.get('organizations', organizationId);
    if (organization === null) fail('NOT_FOUND', { field: 'organizationId' });
    return await listMembers(ctx, organization.externalId, request);
  },
});

/** `list` for the operator of the deployment. */
export const listAll = internalQuery({
  args: { paginationOpts: paginationOptsValidator, status: v.optional(recordStatus) },
  returns: paginationResultValidator(organizationView),
  handler: async (ctx, args) => await listOrganizations(ctx, args),
});

/** `members` for the operator of the deployment, by Clerk organization id. */
export const listAllMembers = internalQuery({
  args: { externalId: v.string(), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(memberView),
  handler: async (ctx, { externalId, paginationOpts }) =>
    await listMembers(ctx, externalId, { paginationOpts }),
});
