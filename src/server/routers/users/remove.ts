import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { user } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { usersPath } from './rest';
import { userId, withUser } from './target';

/** Requirement D2: deletes a person for good, here at once and then in Clerk. */
export const remove = procedure
  .meta({
    rest: {
      method: 'DELETE',
      path: `${usersPath}/{userId}`,
      tag: 'Users',
      summary: 'Delete a person for good',
      description: 'A tombstone here at once, then gone in Clerk. Cannot be undone.',
      permission: 'users:delete',
      output: user,
      errors: [404, 409],
    },
  })
  .input(z.strictObject({ userId }))
  .mutation(({ ctx: { convex }, input }) =>
    withUser(convex, input.userId, (id) => convex.mutation(api.users.remove, { userId: id })),
  );
