import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import {
  changeKind,
  mirrorKind,
  fieldChange,
  missingState,
  removalState,
  removalTallies,
  scheduleOutcome,
  sweepState,
  sweptBefore,
  syncFailure,
  syncKey,
  syncKind,
  syncMode,
  syncPhase,
  syncRunStatus,
  syncScope,
  syncSlice,
  storedTallies,
  syncTrigger,
} from './validators';

/** The tables of the synchronisation and of the crons; part of `schema.ts`. */
export const syncTables = {
  /**
   * One row per synchronisation, dry runs too, with its progress: the row that pages subscribe to.
   * Written by: `model/sync` (start, every batch in its own mutation, end). Never pruned (A5).
   */
  syncRuns: defineTable({
    mode: syncMode,
    trigger: syncTrigger,
    key: syncKey,
    scope: syncScope,
    /** The Clerk instance that the key belongs to, once Clerk has said so. */
    instanceId: v.optional(v.string()),
    status: syncRunStatus,
    phase: syncPhase,
    /** `user:<externalId>`, `token:<id>`, `cli`, `system`. */
    actor: v.string(),
    startedBy: v.optional(v.id('users')),
    correlationId: v.string(),
    startedAt: v.number(),
    finishedAt: v.optional(v.number()),
    /** Records settled, of how many that Clerk says it has; over the kinds that were asked for. */
    done: v.number(),
    total: v.number(),
    /** Records per second, over the last seconds. */
    rate: v.number(),
    /** Where `rate` was measured last. */
    measured: v.object({ at: v.number(), done: v.number() }),
    tallies: storedTallies,
    /** A7: people here that Clerk's list did not have; those of them that Clerk denies by id. */
    unseen: v.number(),
    missing: v.number(),
    /** What `/users/count` said before and after. */
    clerkUsers: v.optional(v.object({ before: v.number(), after: v.optional(v.number()) })),
    /** Clerk's list had fewer people than Clerk counted. */
    listIsShort: v.optional(v.boolean()),
    /** Absent on runs that read neither organizations nor memberships. */
    removals: v.optional(removalTallies),
    /** People here, the deleted left out, when the run ended. */
    convexUsers: v.optional(v.number()),
    /** Sums of the digests of all planned changes, in any order (`planHash.ts`). */
    plan: v.array(v.number()),
    planHash: v.optional(v.string()),
    /** Apply exactly this plan, or nothing. */
    expectedPlan: v.optional(v.string()),
    /** Rows of `syncChanges` and `syncErrors` kept for it. */
    changesKept: v.number(),
    errorsKept: v.number(),
    failure: v.optional(syncFailure),
    warnings: v.array(v.string()),
    slices: v.array(syncSlice),
    /** Who drives it, and until when nobody else may. Renewed with every batch. */
    lease: v.optional(v.object({ driver: v.string(), until: v.number() })),
    cancelRequested: v.boolean(),
    /** How often another driver had to go on. */
    resumed: v.number(),
    /** Requests to Clerk, and how many of them were answered 429. */
    requests: v.number(),
    limited: v.number(),
  })
    .index('byStartedAt', ['startedAt'])
    .index('byStatus', ['status', 'startedAt']),

  /**
   * Records that a run could not take over, and why. Written with the batch. Pruned by a cron after
   * `syncDetailsKeptMs`.
   */
  syncErrors: defineTable({
    runId: v.id('syncRuns'),
    kind: syncKind,
    externalId: v.optional(v.string()),
    reason: v.string(),
    at: v.number(),
  })
    .index('byRun', ['runId'])
    .index('byAt', ['at']),

  /**
   * What a dry run would change, readable, the first of them. Written by: dry runs. Holds personal
   * data: pruned by a cron after `syncChangesKeptMs`, and at once of a person who is erased.
   */
  syncChanges: defineTable({
    runId: v.id('syncRuns'),
    kind: syncKind,
    change: changeKind,
    externalId: v.string(),
    /** Who or what it is, for reading. */
    name: v.string(),
    fields: v.array(fieldChange),
    at: v.number(),
  })
    .index('byRun', ['runId'])
    .index('byExternalId', ['externalId'])
    .index('byAt', ['at']),

  /**
   * People here that Clerk's list did not have (A7). Written by: runs, `model/sync/sweep`. Pruned by
   * a cron after `syncDetailsKeptMs`; whom a sweep deactivated, not before they were given back.
   */
  syncMissing: defineTable({
    runId: v.id('syncRuns'),
    userId: v.id('users'),
    externalId: v.string(),
    state: missingState,
    why: v.optional(v.string()),
    /** Unix ms of the last change of `state`. */
    at: v.number(),
    before: v.optional(sweptBefore),
  })
    .index('byRun', ['runId', 'state'])
    .index('byRunUser', ['runId', 'userId'])
    .index('byState', ['state', 'at']),

  /**
   * Organizations and memberships here that Clerk's list did not have; ids alone. Written by:
   * `model/sync/removals`. Pruned by: the cron of sync details.
   */
  syncRemovals: defineTable({
    runId: v.id('syncRuns'),
    kind: mirrorKind,
    externalId: v.string(),
    state: removalState,
    /** Of the planned: `digestText` of what it was planned upon. */
    digest: v.optional(v.string()),
    /** Unix ms of the last change of `state`. */
    at: v.number(),
  })
    .index('byRun', ['runId', 'kind', 'state'])
    .index('byRunId', ['runId', 'externalId'])
    .index('byAt', ['at']),

  /** One row per sweep. Written by: `model/sync/sweep`. Never pruned. */
  syncSweeps: defineTable({
    runId: v.id('syncRuns'),
    state: sweepState,
    /** Confirmed missing people it is about, and how many need no second owner. */
    people: v.number(),
    limit: v.number(),
    requestedBy: v.string(),
    confirmedBy: v.optional(v.string()),
    requestedAt: v.number(),
    /** Unix ms before which nobody is deactivated. */
    holdUntil: v.optional(v.number()),
    finishedAt: v.optional(v.number()),
    /** Unix ms of its last step. */
    workedAt: v.optional(v.number()),
    swept: v.number(),
    spared: v.number(),
    restored: v.number(),
  })
    .index('byRun', ['runId'])
    .index('byState', ['state', 'requestedAt']),

  /** One row per cron: when it ran last and how it ended. Written by: the crons themselves. */
  schedules: defineTable({
    name: v.string(),
    everyMs: v.number(),
    lastRunAt: v.number(),
    outcome: scheduleOutcome,
    /** Why it did not run or failed, or what it did. */
    why: v.optional(v.string()),
  }).index('byName', ['name']),
};
