import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { searchLengthMax, userSorts, userStates } from '../../../shared/people';
import { roleNames } from '../../../shared/roles';
import { pageInput, pageOf, readPage } from '../../paging';
import { user } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { usersPath } from './rest';

const input = pageInput.extend({
  search: z.string().max(searchLengthMax).optional(),
  role: z.enum(roleNames).optional(),
  state: z.enum(userStates).optional(),
  sort: z.enum(userSorts).optional(),
  order: z.enum(['asc', 'desc']).optional(),
});

/** People by page. Without `state` everyone who is not deleted; a `search` ranks by relevance. */
export const list = procedure
  .meta({
    rest: {
      method: 'GET',
      path: usersPath,
      tag: 'Users',
      summary: 'List people',
      description: 'Without `state` everyone who is not deleted. A `search` ranks by relevance.',
      permission: 'users:read',
      output: pageOf(user),
    },
  })
  .input(input)
  .query(({ ctx, input: { limit, cursor, ...filter } }) =>
    readPage(`users ${JSON.stringify(filter)}`, { limit, cursor }, (paginationOpts) =>
      ctx.convex.query(api.users.list, { ...filter, paginationOpts }),
    ),
  );
