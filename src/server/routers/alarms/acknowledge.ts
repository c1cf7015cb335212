import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { pageSizeMax } from '../../../shared/people';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ alarmIds: z.array(convexId).min(1).max(pageSizeMax) });

/** Says that somebody has looked after these alarms. */
export const acknowledge = procedure.input(input).mutation(({ ctx, input: { alarmIds } }) =>
  // The shapes were checked; whether they are ids of alarms is Convex's validator's business.
  ctx.convex.mutation(api.alarms.acknowledge, { alarmIds: alarmIds as Id<'alarms'>[] }),
);
