import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { asked, logs, runInput, runOf, tag } from './input';

/** Requirement A5. */
export const cancel = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${logs}/{runId}/cancel`,
      tag,
      summary: 'Cancel a run',
      description: 'What was saved before stays.',
      permission: 'sync:run',
      output: asked,
      errors: [404],
    },
  })
  .input(runInput)
  .mutation(async ({ ctx, input }) => {
    await ctx.convex.mutation(api.sync.cancel, { runId: runOf(input.runId) });
    return input;
  });
