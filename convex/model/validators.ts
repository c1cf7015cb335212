import { type Infer, v } from 'convex/values';
import { tokenScopes } from '../../src/shared/api-tokens';
import { brakeStates } from '../../src/shared/brakes';
import { invitationStates } from '../../src/shared/invitations';
import { roleNames, type Role } from '../../src/shared/roles';
import { recordStatuses } from '../../src/shared/organizations';
import { bulkOutcomes, bulkStatuses } from '../../src/shared/bulk';
import { clerkSyncStates, pushStates, roleSources, userStates } from '../../src/shared/people';
import { credentialOrigins, credentialServices } from '../../src/shared/credentials';
import { deliveryOutcomes } from '../../src/shared/deliveries';
import { auditSources } from '../../src/shared/audit';
import { healthCauseNames, healthStates, refusalReasons } from '../../src/shared/webhook-health';

/** A union of string literals, typed by the list it is made from. */
export function literals<const T extends readonly string[]>(values: T) {
  return v.union(...values.map((value) => v.literal(value as T[number])));
}

export const roleValidator = literals(roleNames as readonly Role[]);
export const userState = literals(userStates);
export const clerkSync = literals(clerkSyncStates);
/** Organizations and memberships. */
export const recordStatus = literals(recordStatuses);
export const roleSource = literals(roleSources);
export const pushStateName = literals(pushStates);

/** A permission that an API token may have. */
export const tokenScope = literals(tokenScopes);

/** `reason` says in plain words why a push failed, or why it is being tried again. */
export const pushState = v.object({ state: pushStateName, reason: v.optional(v.string()) });
export type PushState = Infer<typeof pushState>;

export const accessState = pushState.extend({ rev: v.number() });

/** First and last name; a part that is missing is none. */
export const nameParts = v.object({
  firstName: v.optional(v.string()),
  lastName: v.optional(v.string()),
});
export type NameParts = Infer<typeof nameParts>;

/** Our last decision about a name; see `mergeName.ts`. */
export const nameEdit = pushState.extend({
  rev: v.number(),
  /** Unix ms. */
  decidedAt: v.number(),
  /** What Clerk said when we decided, or has said since without our name in it. */
  base: nameParts,
  /** Clerk has named our name: what differs from now on was edited there. */
  proven: v.boolean(),
  /** Clerk's `updated_at` in the answer to our push; absent where it could not be read. */
  answeredAt: v.optional(v.number()),
});
export type NameEdit = Infer<typeof nameEdit>;

export const brakeState = literals(brakeStates);
export const invitationState = literals(invitationStates);
export const healthState = literals(healthStates);
export const healthCause = literals(healthCauseNames);
export const refusalReason = literals(refusalReasons);

/** A role that Clerk names and a brake keeps from counting here. */
export const heldRole = v.object({
  role: roleValidator,
  brakeId: v.id('brakes'),
  /** Unix ms of the payload that named it. */
  at: v.number(),
});

/** Why a row's role in Clerk could not be taken over; kept until Clerk names a role we know. */
export const roleIssue = v.object({ raw: v.string(), seenAt: v.number() });

export const deliveryOutcome = literals(deliveryOutcomes);
export type DeliveryOutcome = Infer<typeof deliveryOutcome>;

export const credentialService = literals(credentialServices);
export const credentialOrigin = literals(credentialOrigins);

export const intentKind = literals(['role', 'name', 'ban', 'unban', 'delete']);

/**
 * queued -> inFlight -> done | failed, or back to queued for another attempt; `superseded` when a
 * newer decision, an edit in Clerk or a deletion overtook it. A failed one is a dead letter until a
 * retry supersedes it, Clerk agrees, or somebody has it `dismissed`.
 */
export const intentState = literals([
  'queued',
  'inFlight',
  'done',
  'failed',
  'superseded',
  'dismissed',
]);

export const auditSource = literals(auditSources);
export type AuditSource = Infer<typeof auditSource>;

/** Flat facts only, so that the canonical form that is hashed stays obvious. Never personal data. */
export const auditFacts = v.record(
  v.string(),
  v.union(v.string(), v.number(), v.boolean(), v.null(), v.array(v.string())),
);
export type AuditFacts = Infer<typeof auditFacts>;

/** People by cell; see `countCells.ts`. */
export const cellCounts = v.record(v.string(), v.number());

/** One person as Clerk describes them, after parsing; see `clerkUser.ts`. */
export const clerkUserValidator = v.object({
  externalId: v.string(),
  updatedAt: v.number(),
  createdAt: v.number(),
  firstName: v.optional(v.string()),
  lastName: v.optional(v.string()),
  name: v.string(),
  email: v.optional(v.string()),
  emailVerified: v.boolean(),
  imageUrl: v.optional(v.string()),
  lastSignInAt: v.optional(v.number()),
  banned: v.boolean(),
  publicMetadata: v.optional(v.string()),
  role: v.optional(v.string()),
  stamp: v.optional(v.object({ rev: v.number(), intent: v.optional(v.string()) })),
});
export type ClerkUser = Infer<typeof clerkUserValidator>;

/** One organization as Clerk describes it, after parsing; see `clerkOrganization.ts`. */
export const clerkOrganizationValidator = v.object({
  externalId: v.string(),
  updatedAt: v.number(),
  createdAt: v.number(),
  name: v.string(),
  slug: v.optional(v.string()),
  imageUrl: v.optional(v.string()),
  publicMetadata: v.optional(v.string()),
});
export type ClerkOrganization = Infer<typeof clerkOrganizationValidator>;

/** One membership as Clerk describes it, after parsing; see `clerkOrganization.ts`. */
export const clerkMembershipValidator = v.object({
  externalId: v.string(),
  organizationExternalId: v.string(),
  userExternalId: v.optional(v.string()),
  role: v.string(),
  permissions: v.array(v.string()),
  publicMetadata: v.optional(v.string()),
  joinedAt: v.number(),
  updatedAt: v.number(),
});
export type ClerkMembership = Infer<typeof clerkMembershipValidator>;

/** The version register of rule 2 for records that we only mirror. */
export const clerkRegister = v.object({
  /** Unix ms of the newest payload applied; 0 for a tombstone without one. */
  updatedAt: v.number(),
  instanceId: v.optional(v.string()),
  /** Counts re-fetches asked for; only the answer to the newest may settle a tie. */
  refetch: v.optional(v.number()),
});

const eventBase = { type: v.string(), instanceId: v.optional(v.string()) };

/** What a verified webhook body asks for; see `clerkEvent.ts`. */
export const clerkEventValidator = v.union(
  v.object({ ...eventBase, kind: v.literal('user'), user: clerkUserValidator }),
  v.object({ ...eventBase, kind: v.literal('userDeleted'), externalId: v.string() }),
  v.object({
    ...eventBase,
    kind: v.literal('organization'),
    organization: clerkOrganizationValidator,
  }),
  v.object({ ...eventBase, kind: v.literal('organizationDeleted'), externalId: v.string() }),
  v.object({ ...eventBase, kind: v.literal('membership'), membership: clerkMembershipValidator }),
  v.object({ ...eventBase, kind: v.literal('membershipDeleted'), externalId: v.string() }),
  v.object({ ...eventBase, kind: v.literal('unknown') }),
  /** Verified, yet not to be understood: recorded, never retried, since it cannot get better. */
  v.object({ ...eventBase, kind: v.literal('poison'), why: v.string() }),
);
export type ClerkEvent = Infer<typeof clerkEventValidator>;

/** Whom a list of people shows; absent = all, `state` apart: without one the deleted are left out. */
export const userFilter = v.object({
  search: v.optional(v.string()),
  role: v.optional(roleValidator),
  state: v.optional(userState),
  sync: v.optional(clerkSync),
});
export type UserFilter = Infer<typeof userFilter>;

/** What a bulk change does to each person: exactly one single change. */
export const bulkAction = v.union(
  v.object({ kind: v.literal('role'), role: roleValidator }),
  v.object({ kind: v.literal('deactivate') }),
  v.object({ kind: v.literal('reactivate') }),
);
export type BulkAction = Infer<typeof bulkAction>;

/** Whom a bulk change is for: people named one by one, or everybody a list shows but for some. */
export const bulkSelection = v.union(
  v.object({ kind: v.literal('ids'), ids: v.array(v.id('users')) }),
  v.object({ kind: v.literal('filter'), filter: userFilter, except: v.array(v.id('users')) }),
);
export type BulkSelection = Infer<typeof bulkSelection>;

/** What takes a bulk change back: `of` is what it did. */
export const bulkUndo = v.object({
  kind: v.literal('undo'),
  of: v.union(v.literal('role'), v.literal('deactivate'), v.literal('reactivate')),
  jobId: v.id('bulkJobs'),
});
/** What a job does: a change that somebody asked for, or taking one back. */
export const bulkJobAction = v.union(...bulkAction.members, bulkUndo);
export type BulkJobAction = Infer<typeof bulkJobAction>;

/** Whom a job is for; taking back is for those whom the other job changed. */
export const bulkJobSelection = v.union(
  ...bulkSelection.members,
  v.object({ kind: v.literal('changed'), jobId: v.id('bulkJobs') }),
);

/**
 * What a bulk change replaced, and the revision of its decision: as long as that is the newest one,
 * it can be taken back without undoing what somebody decided since.
 */
export const bulkFormer = v.union(
  v.object({
    kind: v.literal('role'),
    role: roleValidator,
    became: roleValidator,
    rev: v.number(),
  }),
  v.object({ kind: v.literal('access'), isActive: v.boolean(), rev: v.number() }),
);
export type BulkFormer = Infer<typeof bulkFormer>;

export const bulkStatus = literals(bulkStatuses);
export const bulkOutcome = literals(bulkOutcomes);

/** One day in UTC and what the audit log got on it; see `src/shared/activity.ts`. */
export const activityDay = v.object({
  day: v.string(),
  counts: v.object({
    people: v.number(),
    roles: v.number(),
    access: v.number(),
    other: v.number(),
  }),
});
