import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ userId: convexId });

/** Requirement D2, rule 9: cuts a person off at once; Clerk's ban follows. */
export const deactivate = procedure.input(input).mutation(({ ctx, input: { userId } }) =>
  // The shape was checked; whether it is an id of a user is Convex's validator's business.
  ctx.convex.mutation(api.users.deactivate, { userId: userId as Id<'users'> }),
);
