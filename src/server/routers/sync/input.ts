import { z } from 'zod';
import type { Id } from '../../../../convex/_generated/dataModel';
import { syncIdsMax, syncKinds, syncModes } from '../../../shared/sync';
import { convexId } from '../../trpc-errors';

/** Requirement A11: what a run is asked to do. Convex judges what belongs together. */
export const scopeInput = z.strictObject({
  mode: z.enum(syncModes),
  only: z.enum(syncKinds).optional(),
  emailDomain: z.string().min(1).max(254).optional(),
  ids: z.array(z.string().min(1).max(100)).min(1).max(syncIdsMax).optional(),
  /** Applies exactly the plan of this hash, or nothing. */
  planHash: z.string().min(1).max(200).optional(),
});

/** The shape was checked; whether it is an id of a run is Convex's validator's business. */
export const runId = convexId.transform((id) => id as Id<'syncRuns'>);

export const runInput = z.strictObject({ runId });
