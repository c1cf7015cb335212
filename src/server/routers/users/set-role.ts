import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { knownRole } from '../../known-role';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ userId: convexId, role: z.string().min(1).max(100) });

/** Requirement C1: one person's role. Convex decides whether the caller may. */
export const setRole = procedure.input(input).mutation(({ ctx, input: { userId, role } }) =>
  ctx.convex.mutation(api.users.updateRole, {
    // The shape was checked; whether it is an id of a user is Convex's validator's business.
    userId: userId as Id<'users'>,
    role: knownRole(role),
  }),
);
