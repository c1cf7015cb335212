import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { ownerInText } from '../../../shared/roles';
import type { RestMeta } from '../../rest/meta';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';
import { logs, peopleOnly, runInput, runOf, tag } from './input';

const sweepInput = z.strictObject({ sweepId: convexId });
const sweepAsked = z.object({ sweepId: z.string() });

/** The shape was checked; whether it is an id of a sweep is Convex's validator's business. */
const sweepOf = (id: string) => id as Id<'syncSweeps'>;

function decision(verb: string, summary: string): { rest: RestMeta } {
  return {
    rest: {
      method: 'POST',
      path: `/api/v1/admin/clerk/sweeps/{sweepId}/${verb}`,
      tag,
      summary,
      description: peopleOnly,
      permission: 'brakes:decide',
      output: sweepAsked,
      errors: [404, 409],
    },
  };
}

/** Requirement A7: asks for the deactivation of the people whom Clerk does not have. */
export const sweep = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${logs}/{runId}/sweep`,
      tag,
      summary: 'Deactivate the people of a run whom Clerk does not have',
      description: `Waits before it begins, and for a second ${ownerInText} where it is many; the run's \`sweep\` shows it. ${peopleOnly}`,
      permission: 'brakes:decide',
      output: sweepAsked,
      errors: [404, 409],
      status: 202,
    },
  })
  .input(runInput)
  .mutation(async ({ ctx, input }) => ({
    sweepId: await ctx.convex.mutation(api.sync.sweep, { runId: runOf(input.runId) }),
  }));

/** The second owner, where it is many. */
export const confirmSweep = procedure
  .meta(decision('confirm', 'Confirm a sweep that somebody else asked for'))
  .input(sweepInput)
  .mutation(async ({ ctx, input }) => {
    await ctx.convex.mutation(api.sync.confirmSweep, { sweepId: sweepOf(input.sweepId) });
    return input;
  });

/** Calls it off while it waits. */
export const cancelSweep = procedure
  .meta(decision('cancel', 'Call a sweep off'))
  .input(sweepInput)
  .mutation(async ({ ctx, input }) => {
    await ctx.convex.mutation(api.sync.cancelSweep, { sweepId: sweepOf(input.sweepId) });
    return input;
  });

/** Gives back exactly what people had before. */
export const restoreSweep = procedure
  .meta(decision('restore', 'Give back what people had before a sweep'))
  .input(sweepInput)
  .mutation(async ({ ctx, input }) => {
    await ctx.convex.mutation(api.sync.restoreSweep, { sweepId: sweepOf(input.sweepId) });
    return input;
  });
