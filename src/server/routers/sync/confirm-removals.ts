import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { runInput, runOf } from './input';

/** Lets a run remove the organizations and memberships that its brakes kept. */
export const confirmRemovals = procedure
  .input(runInput)
  .mutation(({ ctx, input }) =>
    ctx.convex.mutation(api.sync.confirmRemovals, { runId: runOf(input.runId) }),
  );
