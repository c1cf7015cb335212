import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { runInput } from './input';

/** Requirement A5: what was saved before stays. */
export const cancel = procedure
  .input(runInput)
  .mutation(async ({ ctx, input }) => await ctx.convex.mutation(api.sync.cancel, input));
