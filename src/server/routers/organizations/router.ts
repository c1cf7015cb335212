import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { recordStatuses } from '../../../shared/organizations';
import { pageInput, pageOf, readPage } from '../../paging';
import { member, organization } from '../../rest/shapes';
import { procedure, router } from '../../trpc';
import { convexId } from '../../trpc-errors';

/** Requirement E2. */
const list = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/admin/clerk/organizations',
      tag: 'Organizations',
      summary: 'List organizations by name',
      description: 'Without `status` those that are not deleted.',
      permission: 'organizations:read',
      output: pageOf(organization),
    },
  })
  .input(pageInput.extend({ status: z.enum(recordStatuses).optional() }))
  .query(({ ctx, input: { status, ...page } }) =>
    readPage(`organizations ${status ?? ''}`, page, (paginationOpts) =>
      ctx.convex.query(api.organizations.list, { paginationOpts, status }),
    ),
  );

const members = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/admin/clerk/organizations/{organizationId}/members',
      tag: 'Organizations',
      summary: 'List the members of an organization',
      permission: 'organizations:read',
      output: pageOf(member),
      errors: [404],
    },
  })
  .input(pageInput.extend({ organizationId: convexId }))
  .query(({ ctx, input: { organizationId, ...page } }) =>
    readPage(`members ${organizationId}`, page, (paginationOpts) =>
      ctx.convex.query(api.organizations.members, {
        // The shape was checked; whether it is an id of an organization is Convex's business.
        organizationId: organizationId as Id<'organizations'>,
        paginationOpts,
      }),
    ),
  );

export const organizationsRouter = router({ list, members });
