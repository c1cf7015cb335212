import { v } from 'convex/values';
import { internalAction, internalMutation, internalQuery } from './functions';
import { driveHeldRemovals } from './model/sync/driveRemovals';
import { placesOf, removeHeld as removeHeldOf } from './model/sync/heldRemovals';
import { judgeRemovals, noteStrangers, removalsIn, weigh as weighOf } from './model/sync/removals';
import { type SettledRemovals, settleRemovals } from './model/sync/settleRemovals';
import { driven } from './model/sync/lease';
import { mirrorKind } from './model/sync/validators';

/*
 * Organizations and memberships that Clerk has no more: what the driver of a run calls, beside
 * `syncWork.ts`. A driver that drives no more writes nothing.
 */

const address = { runId: v.id('syncRuns'), driver: v.string() };
const ofRun = { runId: v.id('syncRuns'), kind: mirrorKind };
const verdicts = v.array(
  v.object({
    externalId: v.string(),
    verdict: v.union(v.literal('gone'), v.literal('present'), v.literal('unknown')),
  }),
);
const places = v.array(
  v.object({
    externalId: v.string(),
    organizationExternalId: v.optional(v.string()),
    userExternalId: v.optional(v.string()),
  }),
);

export const note = internalMutation({
  args: {
    ...address,
    kind: mirrorKind,
    from: v.optional(v.number()),
    to: v.optional(v.number()),
    listed: v.array(v.string()),
    cursor: v.union(v.string(), v.null()),
  },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { runId, driver, ...stretch }) => {
    const state = await driven(ctx, runId, driver);
    return state.go ? await noteStrangers(ctx, state.run, stretch, Date.now()) : null;
  },
});

/** Whether anything has to be looked into at all. */
export const anyUnseen = internalQuery({
  args: ofRun,
  returns: v.boolean(),
  handler: async (ctx, { runId, kind }) => {
    const states = ['unseen', 'open', 'confirmed', 'planned'] as const;
    const found = states.map((state) => removalsIn(ctx, { runId, kind, state }, 1));
    return (await Promise.all(found)).some(({ length }) => length > 0);
  },
});

export const weigh = internalMutation({
  args: { ...address, kind: mirrorKind, after: v.number(), listed: v.optional(v.number()) },
  returns: v.union(v.literal('more'), v.literal('ask'), v.literal('leave')),
  handler: async (ctx, { runId, driver, kind, after, listed }) => {
    const state = await driven(ctx, runId, driver);
    if (!state.go) return 'leave' as const;
    const seen = listed ?? state.run.tallies[kind].seen;
    return await weighOf(ctx, state.run, { kind, after, listed: seen }, Date.now());
  },
});

export const open = internalQuery({
  args: ofRun,
  returns: places,
  handler: async (ctx, { runId, kind }) => await placesOf(ctx, runId, { kind, state: 'open' }),
});

export const judge = internalMutation({
  args: { ...address, kind: mirrorKind, verdicts },
  returns: v.null(),
  handler: async (ctx, { runId, driver, ...judged }) => {
    const state = await driven(ctx, runId, driver);
    if (state.go) await judgeRemovals(ctx, state.run, judged, Date.now());
    return null;
  },
});

export const settle = internalMutation({
  args: { ...address, kind: mirrorKind, verify: v.boolean() },
  returns: v.object({
    isDone: v.boolean(),
    sums: v.array(v.number()),
    stopped: v.optional(v.union(v.literal('cancelled'), v.literal('lost'))),
  }),
  handler: async (ctx, { runId, driver, kind, verify }): Promise<SettledRemovals> => {
    const state = await driven(ctx, runId, driver);
    if (!state.go) return { isDone: true, sums: [], stopped: state.why };
    const mode = verify ? ('verify' as const) : state.run.mode;
    return await settleRemovals(ctx, state.run, { kind, mode }, Date.now());
  },
});

/** Carries out what somebody has confirmed; harmless to repeat. */
export const carryOut = internalAction({
  args: { runId: v.id('syncRuns') },
  returns: v.null(),
  handler: async (ctx, { runId }) => {
    await driveHeldRemovals(ctx, runId);
    return null;
  },
});

export const held = internalQuery({
  args: ofRun,
  returns: places,
  handler: async (ctx, { runId, kind }) => await placesOf(ctx, runId, { kind, state: 'held' }),
});

export const removeHeld = internalMutation({
  args: { ...ofRun, verdicts },
  returns: v.null(),
  handler: async (ctx, { runId, ...judged }) => {
    const run = await ctx.db.get('syncRuns', runId);
    if (run !== null) await removeHeldOf(ctx, run, judged, Date.now());
    return null;
  },
});
