import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { nameLengthMax } from '../../../shared/invitations';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const namePart = z.string().trim().max(nameLengthMax);
const input = z.strictObject({ userId: convexId, firstName: namePart, lastName: namePart });

/** Requirement D2: a name, here at once and then in Clerk. An empty part is none. */
export const updateName = procedure.input(input).mutation(({ ctx, input: { userId, ...name } }) =>
  // The shape was checked; whether it is an id of a user is Convex's validator's business.
  ctx.convex.mutation(api.users.updateName, { userId: userId as Id<'users'>, ...name }),
);
