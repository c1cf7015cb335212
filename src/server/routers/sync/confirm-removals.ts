import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { asked, logs, peopleOnly, runInput, runOf, tag } from './input';

/** Lets a run remove the organizations and memberships that its brakes kept. */
export const confirmRemovals = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${logs}/{runId}/confirm-removals`,
      tag,
      summary: 'Remove the organizations and memberships that a run left to be confirmed',
      description: peopleOnly,
      permission: 'brakes:decide',
      output: asked,
      errors: [404, 409],
      status: 202,
    },
  })
  .input(runInput)
  .mutation(async ({ ctx, input }) => {
    await ctx.convex.mutation(api.sync.confirmRemovals, { runId: runOf(input.runId) });
    return input;
  });
