import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ userId: convexId });

/** Requirement D2: lets a person back in, or lifts a ban that somebody set in Clerk itself. */
export const reactivate = procedure.input(input).mutation(({ ctx, input: { userId } }) =>
  // The shape was checked; whether it is an id of a user is Convex's validator's business.
  ctx.convex.mutation(api.users.reactivate, { userId: userId as Id<'users'> }),
);
