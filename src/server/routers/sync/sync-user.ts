import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { usersPath } from '../users/rest';
import { userId, withUser } from '../users/target';
import { asked, tag } from './input';

/** Requirement A11: one person, from their row. */
export const syncUser = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${usersPath}/{userId}/sync`,
      tag,
      summary: 'Take one person over from Clerk now',
      description: 'Goes on in the background; `GET .../sync-logs/{runId}` shows it.',
      permission: 'sync:run',
      output: asked,
      errors: [404, 409],
      status: 202,
    },
  })
  .input(z.strictObject({ userId }))
  .mutation(async ({ ctx: { convex }, input }) => ({
    runId: await withUser(convex, input.userId, (id) =>
      convex.mutation(api.sync.syncUser, { userId: id }),
    ),
  }));
