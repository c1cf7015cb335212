import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { userCommand } from './rest';
import { userId, withUser } from './target';

/** Requirement D2, rule 9: cuts a person off at once; Clerk's ban follows. */
export const deactivate = procedure
  .meta({
    rest: userCommand('deactivate', {
      summary: 'Cut a person off',
      description: 'Cut off at once; Clerk bans them by outbox.',
      permission: 'users:deactivate',
    }),
  })
  .input(z.strictObject({ userId }))
  .mutation(({ ctx: { convex }, input }) =>
    withUser(convex, input.userId, (id) => convex.mutation(api.users.deactivate, { userId: id })),
  );
