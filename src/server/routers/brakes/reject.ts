import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { brakeInput, brakeOf, decision } from './rest';

/** Keeps our roles where a brake holds others, and sends ours back to Clerk. */
export const reject = procedure
  .meta(decision('reject', 'Keep the roles decided here, and send them to Clerk again'))
  .input(brakeInput)
  .mutation(({ ctx, input }) =>
    ctx.convex.mutation(api.brakes.reject, { brakeId: brakeOf(input.brakeId) }),
  );
