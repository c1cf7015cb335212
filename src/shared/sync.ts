/** Words and bounds of the synchronisation that the backend, the pages and the command line share. */

/** What a run goes through, in this order: memberships need the other two. */
export const syncKinds = ['users', 'organizations', 'memberships'] as const;
export type SyncKind = (typeof syncKinds)[number];

/** What is only mirrored here: no decision of ours is lost where Clerk has deleted it. */
export const mirrorKinds = ['organizations', 'memberships'] as const satisfies readonly SyncKind[];
export type MirrorKind = (typeof mirrorKinds)[number];

/** `dryRun` plans with the same code and writes nothing but the plan. */
export const syncModes = ['apply', 'dryRun'] as const;
export type SyncMode = (typeof syncModes)[number];

export const syncRunStatuses = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;

/** A5: what the sync page shows of the whole; `never_synced` while there is no run. */
export const syncStates = ['never_synced', ...syncRunStatuses] as const;

export const syncPhases = [
  'waiting',
  /** Which Clerk instance the key belongs to, how many there are, where to cut. */
  'checking',
  /** Only with a plan hash: plans again and compares before anything is written. */
  'verifying',
  ...syncKinds,
  /** Asks Clerk by id for everything that its lists did not have. */
  'confirming',
  'done',
] as const;

/** Who began a run: a page, the command line, an API token, the schedule, the local stack. */
export const syncTriggers = ['console', 'cli', 'api', 'schedule', 'start'] as const;
export type SyncTrigger = (typeof syncTriggers)[number];

/** `pasted`: held by one action and nowhere else, so such a run cannot be resumed. */
export const syncKeys = ['server', 'pasted'] as const;

/**
 * What became of one record of Clerk. `newer`: the row is ahead of the page, a webhook came
 * meanwhile. `deletedHere`: a tombstone stands. `skipped`: outside of what was asked for. `moved`:
 * not as the applied plan says. They add up to `seen`, `removed` apart: organizations and memberships
 * here that Clerk has no more, neither in its list nor by id.
 */
export const syncOutcomes = [
  'added',
  'updated',
  'unchanged',
  'newer',
  'deletedHere',
  'failed',
  'skipped',
  'moved',
  'removed',
] as const;
export type SyncOutcome = (typeof syncOutcomes)[number];

/** Users of Convex that Clerk's list did not have. */
export const missingStates = [
  /** Not asked for by id yet. */
  'unseen',
  /** Clerk answered 404 for this id. */
  'confirmed',
  /** Clerk has this person after all: the list was short, or shifted. */
  'present',
  'swept',
  'restored',
  /** Left alone by a sweep, `why` says so. */
  'spared',
] as const;

/** Organizations and memberships of Convex that Clerk's list did not have. */
export const removalStates = [
  /** Not looked at yet. */
  'unseen',
  /** Clerk is to be asked by id. */
  'open',
  /** Clerk has it after all: the list was short, or shifted. */
  'present',
  /** Nothing that Clerk can be asked by, or an answer that says nothing. */
  'unknown',
  /** Clerk denies it by id. */
  'confirmed',
  /** In the plan of a dry run, or of the check before a plan is applied. */
  'planned',
  /** Waits for somebody to confirm: too many at once, or an empty list. */
  'held',
  /** A tombstone, by this run. */
  'removed',
  /** A tombstone already, or goes with its organization. */
  'gone',
  /** Not as the plan says. */
  'moved',
] as const;

/** Why a run removes nothing by itself; see `convex/model/sync/removals.ts`. */
export const removalBrakes = ['short', 'empty', 'many'] as const;

export const sweepStates = [
  /** More than the brake allows: a second owner has to confirm. */
  'awaitingConfirmation',
  /** Waits out the hold; can be cancelled. */
  'held',
  'running',
  'done',
  'cancelled',
  'restored',
] as const;

/** Ids that one run may be limited to. */
export const syncIdsMax = 500;
/** Changes of a dry run that are kept for reading; all of them count and are hashed. */
export const syncChangesKept = 1_000;
/** Records of one run whose errors are kept. */
export const syncErrorsKept = 1_000;
/** Runs are kept; the diffs of dry runs so many days, failed records and missing people so many. */
export const syncChangesKeptDays = 7;
export const syncDetailsKeptDays = 90;

const secretKeyPattern = /^sk_(test|live)_[A-Za-z0-9_-]{8,256}$/;

/** A2: the form of a Clerk secret key, asked before any request. */
export function isSecretKey(text: string): boolean {
  return secretKeyPattern.test(text);
}

/** A11: a domain as it stands behind the @; null when it is none. */
export function normaliseDomain(text: string): string | null {
  const domain = text.trim().replace(/^@/, '').toLowerCase();
  return /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain) ? domain : null;
}
