import { api } from '../../../../convex/_generated/api';
import { bulkJob } from '../../rest/bulk-shapes';
import { procedure } from '../../trpc';
import { bulkPath, jobInput, jobOf, needsOfAction, tag } from './rest';

/** Ends a bulk change; what it has changed stays. */
export const cancel = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${bulkPath}/{jobId}/cancel`,
      tag,
      summary: 'End a bulk change; what it has changed stays',
      description: needsOfAction,
      permission: 'users:read',
      also: ['users:setRole'],
      output: bulkJob,
      errors: [404, 409],
    },
  })
  .input(jobInput)
  .mutation(({ ctx, input }) =>
    ctx.convex.mutation(api.bulk.cancel, { jobId: jobOf(input.jobId) }),
  );
