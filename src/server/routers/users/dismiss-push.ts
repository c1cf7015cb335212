import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ userId: convexId });

/** Requirement C8: closes a push that was given up on; ours stands, marked as differing from Clerk. */
export const dismissPush = procedure.input(input).mutation(({ ctx, input: { userId } }) =>
  // The shape was checked; whether it is an id of a user is Convex's validator's business.
  ctx.convex.mutation(api.users.dismissPush, { userId: userId as Id<'users'> }),
);
