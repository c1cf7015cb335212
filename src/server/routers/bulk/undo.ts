import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { bulkPath, jobInput, jobOf, needsOfAction, tag } from './rest';

/** Takes a bulk change back, by another one. Convex decides for each person whether the caller may. */
export const undo = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${bulkPath}/{jobId}/undo`,
      tag,
      summary: 'Take a bulk change back, by another one',
      description: needsOfAction,
      permission: 'users:read',
      also: ['users:setRole'],
      output: z.object({ jobId: z.string() }),
      errors: [404, 409],
      status: 202,
    },
  })
  .input(jobInput)
  .mutation(async ({ ctx, input }) => ({
    jobId: await ctx.convex.mutation(api.bulk.undo, { jobId: jobOf(input.jobId) }),
  }));
