import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { asked, logs, runInput, runOf, tag } from './input';

/** Lets a run that stopped go on from its last checkpoint. */
export const resume = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${logs}/{runId}/resume`,
      tag,
      summary: 'Let a run that stopped go on from its last checkpoint',
      permission: 'sync:run',
      output: asked,
      errors: [404],
      status: 202,
    },
  })
  .input(runInput)
  .mutation(async ({ ctx, input }) => {
    await ctx.convex.mutation(api.sync.resume, { runId: runOf(input.runId) });
    return input;
  });
