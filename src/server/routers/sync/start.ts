import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { scopeInput } from './input';

/** Requirements A3, E2: starts a run with the installation's key; it goes on by itself. */
export const start = procedure.input(scopeInput).mutation(async ({ ctx, input }) => ({
  runId: await ctx.convex.mutation(api.sync.start, input),
}));
