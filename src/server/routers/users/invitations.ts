import { api } from '../../../../convex/_generated/api';
import { pageInput, pageOf, readPage } from '../../paging';
import { invitation } from '../../rest/shapes';
import { procedure } from '../../trpc';

export const invitations = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/admin/invitations',
      tag: 'Users',
      summary: 'List invitations, newest first',
      permission: 'users:read',
      output: pageOf(invitation),
    },
  })
  .input(pageInput)
  .query(({ ctx, input }) =>
    readPage('invitations', input, (paginationOpts) =>
      ctx.convex.query(api.users.invitations, { paginationOpts }),
    ),
  );
