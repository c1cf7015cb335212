import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { brakeInput, brakeOf, decision } from './rest';

/** Lets the role changes that a brake holds through, with a second superadmin where there is one. */
export const confirm = procedure
  .meta(decision('confirm', 'Let the held role changes through'))
  .input(brakeInput)
  .mutation(({ ctx, input }) =>
    ctx.convex.mutation(api.brakes.confirm, { brakeId: brakeOf(input.brakeId) }),
  );
