import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { asked, scopeInput, tag } from './input';

/** Requirements E2, A11: begins a run with the server's key; it goes on without the caller. */
export const start = procedure
  .meta({
    rest: {
      method: 'POST',
      path: '/api/v1/admin/clerk/sync',
      tag,
      summary: 'Begin a synchronisation',
      description: 'Goes on in the background; `GET .../sync-logs/{runId}` shows it.',
      permission: 'sync:run',
      output: asked,
      status: 202,
    },
  })
  .input(scopeInput)
  .mutation(async ({ ctx, input }) => ({
    runId: await ctx.convex.mutation(api.sync.start, input),
  }));
