import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';
import { runInput, runOf } from './input';

const sweepInput = z.strictObject({ sweepId: convexId });

/** The shape was checked; whether it is an id of a sweep is Convex's validator's business. */
const sweepOf = (id: string) => id as Id<'syncSweeps'>;

/** Requirement A7: asks for the deactivation of the people whom Clerk does not have. */
export const sweep = procedure.input(runInput).mutation(async ({ ctx, input }) => ({
  sweepId: await ctx.convex.mutation(api.sync.sweep, { runId: runOf(input.runId) }),
}));

/** The second owner, where it is many. */
export const confirmSweep = procedure
  .input(sweepInput)
  .mutation(({ ctx, input }) =>
    ctx.convex.mutation(api.sync.confirmSweep, { sweepId: sweepOf(input.sweepId) }),
  );

/** Calls it off while it waits. */
export const cancelSweep = procedure
  .input(sweepInput)
  .mutation(({ ctx, input }) =>
    ctx.convex.mutation(api.sync.cancelSweep, { sweepId: sweepOf(input.sweepId) }),
  );

/** Gives back exactly what people had before. */
export const restoreSweep = procedure
  .input(sweepInput)
  .mutation(({ ctx, input }) =>
    ctx.convex.mutation(api.sync.restoreSweep, { sweepId: sweepOf(input.sweepId) }),
  );
