import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ jobId: convexId });

/** Takes a bulk change back, by another one. Convex decides for each person whether the caller may. */
export const undo = procedure.input(input).mutation(async ({ ctx, input: { jobId } }) => ({
  // The shape was checked; whether it is an id of a job is Convex's validator's business.
  jobId: await ctx.convex.mutation(api.bulk.undo, { jobId: jobId as Id<'bulkJobs'> }),
}));
