import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { userCommand } from './rest';
import { userId, withUser } from './target';

/** Requirement C8: sends to Clerk again what did not get there. */
export const retryPush = procedure
  .meta({
    rest: userCommand('retry-push', {
      summary: 'Send role and access to Clerk again',
      description: 'For a push that failed, or instead of waiting for the next attempt.',
      permission: 'pushes:retry',
    }),
  })
  .input(z.strictObject({ userId }))
  .mutation(({ ctx: { convex }, input }) =>
    withUser(convex, input.userId, (id) => convex.mutation(api.users.retryPush, { userId: id })),
  );
