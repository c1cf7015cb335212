import { z } from 'zod';
import type { Id } from '../../../../convex/_generated/dataModel';
import { convexId } from '../../trpc-errors';

export const bulkPath = '/api/v1/admin/bulk-jobs';
export const tag = 'Bulk changes';

export const jobInput = z.strictObject({ jobId: convexId });

/** The shape was checked; whether it is an id of a job is Convex's validator's business. */
export const jobOf = (id: string) => id as Id<'bulkJobs'>;

export const needsOfAction =
  'Changes of access need `users:deactivate` or `users:reactivate` instead of `users:setRole`.';
