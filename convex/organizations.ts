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
} from './model/organizationListing';
import { recordStatus } from './model/validators';

/** Organizations by name; without `status` those that are not deleted. */
export const list = query({
  args: { paginationOpts: paginationOptsValidator, status: v.optional(recordStatus) },
  returns: paginationResultValidator(organizationView),
  handler: async (ctx, args) => {
    requirePermission(ctx.actor, 'organizations:read');
    return await listOrganizations(ctx, args);
  },
});

/** Who belongs to an organization, with their rows where those have arrived. */
export const members = query({
  args: { organizationId: v.id('organizations'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(memberView),
  handler: async (ctx, { organizationId, paginationOpts }) => {
    requirePermission(ctx.actor, 'organizations:read');
    const organization = await ctx.db.get('organizations', organizationId);
    if (organization === null) fail('NOT_FOUND', { field: 'organizationId' });
    return await listMembers(ctx, organization.externalId, paginationOpts);
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
    await listMembers(ctx, externalId, paginationOpts),
});
