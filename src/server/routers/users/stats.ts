import { api } from '../../../../convex/_generated/api';
import { stats as statsShape } from '../../rest/shapes';
import { procedure } from '../../trpc';

/** Requirement C7. */
export const stats = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/admin/stats',
      tag: 'Users',
      summary: 'Counts of people by role and state, and of pushes to Clerk',
      permission: 'directory:read',
      output: statsShape,
    },
  })
  .query(({ ctx }) => ctx.convex.query(api.users.stats, {}));
