import { v } from 'convex/values';
import { internalAction, internalMutation } from './functions';
import { driveSweep } from './model/sync/driveSweep';
import { restoreSweep } from './model/sync/restoreSweep';
import { nextOfSweep as nextOf, sweepPeople as sweepPeopleOf } from './model/sync/sweepPeople';
import { auditSource } from './model/validators';

/* What the driver of a sweep calls, and what brings people back after one. */

/** Carries out a sweep whose hold is over; harmless to repeat. */
export const sweep = internalAction({
  args: { sweepId: v.id('syncSweeps') },
  returns: v.null(),
  handler: async (ctx, { sweepId }) => {
    await driveSweep(ctx, sweepId);
    return null;
  },
});

export const nextOfSweep = internalMutation({
  args: { sweepId: v.id('syncSweeps') },
  returns: v.union(v.array(v.string()), v.null()),
  handler: async (ctx, { sweepId }) => await nextOf(ctx, sweepId, Date.now()),
});

export const sweepPeople = internalMutation({
  args: {
    sweepId: v.id('syncSweeps'),
    verdicts: v.array(v.object({ externalId: v.string(), isThere: v.boolean() })),
  },
  returns: v.null(),
  handler: async (ctx, { sweepId, verdicts }) => {
    await sweepPeopleOf(ctx, sweepId, verdicts, Date.now());
    return null;
  },
});

/** Goes on restoring where one transaction ended. */
export const restore = internalMutation({
  args: { sweepId: v.id('syncSweeps'), actor: v.string(), source: auditSource },
  returns: v.null(),
  handler: async (ctx, { sweepId, actor, source }) => {
    const row = await ctx.db.get('syncSweeps', sweepId);
    if (row === null) return null;
    const cause = { actor, source, correlationId: `sweep:${sweepId}`, now: Date.now() };
    await restoreSweep(ctx, row, cause);
    return null;
  },
});
