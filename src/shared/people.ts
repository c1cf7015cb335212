/**
 * The closed lists that describe a person's row, shared by Convex, the server, the pages and the
 * command line.
 */

/** `deactivated` = cut off by us; `deleted` = gone from Clerk, kept as a tombstone. */
export const userStates = ['active', 'deactivated', 'deleted'] as const;
export type UserState = (typeof userStates)[number];

/**
 * Where our last decision stands on its way to Clerk. `differs` = given up on and dismissed: ours
 * stands here, Clerk says something else until it agrees.
 */
export const pushStates = ['synced', 'pending', 'failed', 'differs'] as const;
export type PushStateName = (typeof pushStates)[number];

/** Who decided the role a row holds. */
export const roleSources = ['default', 'console', 'clerk', 'api', 'cli', 'bootstrap'] as const;
export type RoleSource = (typeof roleSources)[number];

/**
 * How a row stands against Clerk as a whole, the worst first told: something of ours could not be
 * sent, is on its way, or Clerk says something else; see `clerk-sync.ts`.
 */
export const clerkSyncStates = ['synced', 'pending', 'failed', 'differs'] as const;
export type ClerkSync = (typeof clerkSyncStates)[number];

/** What lists of people can be ordered by. */
export const userSorts = ['name', 'createdAt', 'lastSignInAt', 'lastLoginAt'] as const;
export type UserSort = (typeof userSorts)[number];

/** Most people that one page of a list can hold. */
export const pageSizeMax = 100;

/** Of the list of people more: whoever scrolls through thousands waits for every page. */
export const userPageSizeMax = 250;

/** Longest search text that is looked at; Convex reads at most 16 terms anyway. */
export const searchLengthMax = 100;

/** Most people that one bulk change can name one by one; more are named by a filter. */
export const bulkIdsMax = 1_000;
