import { api } from '../../../../convex/_generated/api';
import { toAppError } from '../../convex-client';
import { clerkStatus } from '../../rest/sync-shapes';
import { procedure } from '../../trpc';

/** Requirement E2: where the synchronisation stands, and whether webhooks arrive. */
export const status = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/admin/clerk/status',
      tag: 'Clerk',
      summary: 'Where the synchronisation stands, and whether webhooks arrive',
      permission: 'sync:read',
      output: clerkStatus,
    },
  })
  .query(async ({ ctx: { convex } }) => {
    const sync = await convex.query(api.sync.status, {});
    const webhooks = await convex.query(api.webhooks.health, {}).catch((error: unknown) => {
      // Another permission: its lack hides this part only.
      if (toAppError(error).body.code === 'FORBIDDEN') return null;
      throw error;
    });
    return { sync, webhooks };
  });
