import { type Infer, v } from 'convex/values';
import {
  mirrorKinds,
  missingStates,
  removalBrakes,
  removalStates,
  syncKeys,
  syncKinds,
  syncModes,
  syncOutcomes,
  syncPhases,
  syncRunStatuses,
  syncTriggers,
  sweepStates,
} from '../../../src/shared/sync';
import { errorCodeNames } from '../../../src/shared/error-codes';
import { literals } from '../validators';

export const syncKind = literals(syncKinds);
export const syncMode = literals(syncModes);
export const syncRunStatus = literals(syncRunStatuses);
export const syncPhase = literals(syncPhases);
export const syncTrigger = literals(syncTriggers);
export const syncKey = literals(syncKeys);
export const missingState = literals(missingStates);
export const sweepState = literals(sweepStates);
export const mirrorKind = literals(mirrorKinds);
export const removalState = literals(removalStates);
export const removalBrake = literals(removalBrakes);
export type RemovalBrake = Infer<typeof removalBrake>;

/** A11. Without fields: everything. `ids` are Clerk user ids. */
export const syncScope = v.object({
  only: v.optional(syncKind),
  emailDomain: v.optional(v.string()),
  ids: v.optional(v.array(v.string())),
});
export type SyncScope = Infer<typeof syncScope>;

const outcomeFields = {
  added: v.number(),
  updated: v.number(),
  unchanged: v.number(),
  newer: v.number(),
  deletedHere: v.number(),
  failed: v.number(),
  skipped: v.number(),
  moved: v.number(),
  removed: v.number(),
} satisfies Record<(typeof syncOutcomes)[number], unknown>;

export const syncTally = v.object({ seen: v.number(), ...outcomeFields });
export type SyncTally = Infer<typeof syncTally>;

/** As it is stored: runs from before there were removals have no number of them. */
const storedTally = v.object({
  seen: v.number(),
  ...outcomeFields,
  removed: v.optional(v.number()),
});
export const storedTallies = v.object({
  users: storedTally,
  organizations: storedTally,
  memberships: storedTally,
});

export const syncTallies = v.object({
  users: syncTally,
  organizations: syncTally,
  memberships: syncTally,
});
export type SyncTallies = Infer<typeof syncTallies>;

/**
 * A stretch of one of Clerk's lists that is read by itself. Users: from after the person `from` to
 * the person `to`, in the order of creation. The others: by offset.
 */
export const syncSlice = v.object({
  kind: syncKind,
  /** `created_at` and id of the last record applied, or of the boundary before the first one. */
  cursor: v.optional(v.object({ at: v.number(), id: v.string() })),
  /** The last record of this slice; absent: to the end of the list. */
  end: v.optional(v.object({ at: v.number(), id: v.string() })),
  /** Where the next page of a list by offset begins. */
  offset: v.number(),
  done: v.boolean(),
});
export type SyncSlice = Infer<typeof syncSlice>;

/** Organizations or memberships here that one run did not find in Clerk's list. */
export const removalTally = v.object({
  /** What Clerk said there were, before and after its list was read. */
  before: v.number(),
  after: v.optional(v.number()),
  unseen: v.number(),
  /** More of them than this wait for somebody to confirm. */
  limit: v.optional(v.number()),
  brake: v.optional(removalBrake),
  held: v.number(),
  /** Who confirmed those that were held; unix ms of the last step since. */
  confirmedBy: v.optional(v.string()),
  workedAt: v.optional(v.number()),
});
export type RemovalTally = Infer<typeof removalTally>;

export const removalTallies = v.object({
  organizations: v.optional(removalTally),
  memberships: v.optional(removalTally),
});

export const syncFailure = v.object({ code: literals(errorCodeNames), message: v.string() });
export type SyncFailure = Infer<typeof syncFailure>;

/** One field of a planned change: what stands here, what Clerk says, which of them wins and why. */
export const fieldChange = v.object({
  field: v.string(),
  before: v.union(v.string(), v.number(), v.boolean(), v.null()),
  after: v.union(v.string(), v.number(), v.boolean(), v.null()),
  wins: v.union(v.literal('clerk'), v.literal('rollcall')),
  why: v.string(),
});
export type FieldChange = Infer<typeof fieldChange>;

export const changeKind = v.union(v.literal('create'), v.literal('update'), v.literal('delete'));

/** What a swept row was before, so that restoring is exact. */
export const sweptBefore = v.object({ isActive: v.boolean(), updatedAt: v.number() });

export const scheduleOutcome = literals(['ok', 'skipped', 'failed']);
export type ScheduleOutcome = Infer<typeof scheduleOutcome>;

const stopped = v.object({
  kind: v.literal('stopped'),
  why: v.union(v.literal('cancelled'), v.literal('lost')),
});

/** How one batch ended; see `applyUsers.ts`. */
export const batchEnd = v.union(
  stopped,
  v.object({ kind: v.literal('more'), cursor: v.string() }),
  v.object({
    kind: v.literal('done'),
    /** How many of the records, from the first, are settled. */
    taken: v.number(),
    sums: v.array(v.number()),
    digests: v.array(v.string()),
  }),
);
export type BatchEnd = Infer<typeof batchEnd>;

export const going = v.union(
  v.object({ go: v.literal(true) }),
  v.object({ go: v.literal(false), why: v.union(v.literal('cancelled'), v.literal('lost')) }),
);

export const beginVerdict = v.union(
  v.object({ kind: v.literal('ok') }),
  v.object({ kind: v.literal('foreign'), failure: syncFailure }),
  stopped,
);
