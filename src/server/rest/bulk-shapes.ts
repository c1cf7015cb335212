import { z } from 'zod';
import { brakeStates } from '../../shared/brakes';
import { bulkOutcomes, bulkStatuses } from '../../shared/bulk';
import { userStates } from '../../shared/people';
import { role, time } from './shapes';

/** What is answered about many people at once. */
export const brake = z
  .object({
    _id: z.string(),
    state: z.enum(brakeStates),
    openedAt: time,
    limit: z.number(),
    people: z.number(),
    windowMs: z.number(),
    held: z.number(),
    confirmations: z.array(z.object({ by: z.string(), at: time })),
    needed: z.number().meta({ description: 'Confirmations; 0: only the operator can confirm.' }),
    refusal: z.enum(['SECOND_CONFIRMATION', 'FRESH_OWNER']).optional(),
    decidedBy: z.string().optional(),
    decidedAt: time.optional(),
  })
  .meta({ id: 'Brake' });

export const bulkJob = z
  .object({
    _id: z.string(),
    action: z.object({ kind: z.enum(['role', 'deactivate', 'reactivate']), role: role.optional() }),
    status: z.enum(bulkStatuses),
    total: z.number(),
    changed: z.number(),
    unchanged: z.number(),
    refused: z.number(),
    failure: z.string().optional(),
    createdAt: time,
    finishedAt: time.optional(),
  })
  .meta({ id: 'BulkJob' });

export const bulkResult = z
  .object({
    userId: z.string(),
    user: z
      .object({ name: z.string(), email: z.string().optional(), role, state: z.enum(userStates) })
      .nullable(),
    outcome: z.enum(bulkOutcomes),
    code: z.string().optional(),
  })
  .meta({ id: 'BulkResult' });
