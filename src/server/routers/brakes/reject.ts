import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ brakeId: convexId });

/** Keeps our roles where a brake holds others, and sends ours back to Clerk. */
export const reject = procedure.input(input).mutation(({ ctx, input: { brakeId } }) =>
  // The shape was checked; whether it is an id of a brake is Convex's validator's business.
  ctx.convex.mutation(api.brakes.reject, { brakeId: brakeId as Id<'brakes'> }),
);
