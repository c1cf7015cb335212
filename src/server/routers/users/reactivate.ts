import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { userCommand } from './rest';
import { userId, withUser } from './target';

/** Requirement D2: lets a person back in, here at once and then in Clerk. */
export const reactivate = procedure
  .meta({
    rest: userCommand('reactivate', {
      summary: 'Let a person back in',
      description: 'Here at once, in Clerk by outbox.',
      permission: 'users:reactivate',
    }),
  })
  .input(z.strictObject({ userId }))
  .mutation(({ ctx: { convex }, input }) =>
    withUser(convex, input.userId, (id) => convex.mutation(api.users.reactivate, { userId: id })),
  );
