import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ jobId: convexId });

/** Ends a bulk change; what it has changed stays. */
export const cancel = procedure.input(input).mutation(({ ctx, input: { jobId } }) =>
  // The shape was checked; whether it is an id of a job is Convex's validator's business.
  ctx.convex.mutation(api.bulk.cancel, { jobId: jobId as Id<'bulkJobs'> }),
);
