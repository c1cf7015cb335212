import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ userId: convexId });

/** Requirement A11: one person, from their row. */
export const syncUser = procedure.input(input).mutation(async ({ ctx, input: { userId } }) => ({
  // The shape was checked; whether it is an id of a user is Convex's validator's business.
  runId: await ctx.convex.mutation(api.sync.syncUser, { userId: userId as Id<'users'> }),
}));
