import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { userCommand } from './rest';
import { userId, withUser } from './target';

/** Requirement C8: closes a push that was given up on; ours stands, marked as differing from Clerk. */
export const dismissPush = procedure
  .meta({
    rest: userCommand('dismiss-push', {
      summary: 'Close a push to Clerk that was given up on',
      description: 'Ours stands, marked as differing from Clerk.',
      permission: 'pushes:retry',
    }),
  })
  .input(z.strictObject({ userId }))
  .mutation(({ ctx: { convex }, input }) =>
    withUser(convex, input.userId, (id) => convex.mutation(api.users.dismissPush, { userId: id })),
  );
