import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';
import { credentialOutput } from './output';

const input = z.strictObject({ credentialId: convexId, active: z.boolean() });

/** Takes a credential out of use, or back into it. */
export const setActive = procedure
  .input(input)
  .output(credentialOutput)
  .mutation(({ ctx, input: { credentialId, active } }) =>
    ctx.convex.mutation(api.credentials.setActive, {
      // The shape was checked; whether it is an id of a credential, Convex decides.
      credentialId: credentialId as Id<'credentials'>,
      active,
    }),
  );
