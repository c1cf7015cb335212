import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';
import { runInput } from './input';

/** Lets a run that stopped go on from its last checkpoint. */
export const resume = procedure
  .input(runInput)
  .mutation(async ({ ctx, input }) => await ctx.convex.mutation(api.sync.resume, input));
