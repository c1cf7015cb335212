import { z } from 'zod';
import type { Id } from '../../../../convex/_generated/dataModel';
import { syncIdsMax, syncKinds, syncModes } from '../../../shared/sync';
import { convexId } from '../../trpc-errors';

/** Where runs are in the REST API. */
export const logs = '/api/v1/admin/clerk/sync-logs';
export const tag = 'Synchronisation';

/** Requirement A11: what a run is asked to do. Convex judges what belongs together. */
export const scopeInput = z.strictObject({
  mode: z.enum(syncModes).default('apply'),
  only: z.enum(syncKinds).optional(),
  emailDomain: z.string().min(1).max(254).optional(),
  ids: z.array(z.string().min(1).max(100)).min(1).max(syncIdsMax).optional(),
  planHash: z.string().min(1).max(200).optional().meta({
    description: 'Applies exactly the dry run of this hash, or nothing.',
  }),
});

export const runInput = z.strictObject({ runId: convexId });

/** The shape was checked; whether it is an id of a run is Convex's validator's business. */
export const runOf = (id: string) => id as Id<'syncRuns'>;

/** The run that was asked for something. */
export const asked = z.object({ runId: z.string() });

/** As brakes: decided by people, not by machines that hold a token of theirs. */
export const peopleOnly = 'For people only: an API token is refused.';
