import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ userId: convexId });

/** Requirement C8: sends a role to Clerk again that did not get there. */
export const retryPush = procedure.input(input).mutation(({ ctx, input: { userId } }) =>
  // The shape was checked; whether it is an id of a user is Convex's validator's business.
  ctx.convex.mutation(api.users.retryPush, { userId: userId as Id<'users'> }),
);
