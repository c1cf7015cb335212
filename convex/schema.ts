import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import {
  auditFacts,
  auditSource,
  deliveryOutcome,
  intentKind,
  intentState,
  pushState,
  roleIssue,
  roleSource,
  roleValidator,
  userState,
} from './model/validators';

export default defineSchema({
  /**
   * People. Written by: `model/userRows` only (store, webhooks, role changes, backfill), which keeps
   * the counters. Read by: every page. Never pruned: a deleted person stays as a tombstone, or is
   * erased down to its id by configuration.
   */
  users: defineTable({
    /** Clerk user id; equals the JWT subject. Unique through the one upsert function. */
    externalId: v.string(),
    name: v.string(),
    firstName: v.optional(v.string()),
    lastName: v.optional(v.string()),
    /** Primary address, lower-cased. */
    email: v.optional(v.string()),
    imageUrl: v.optional(v.string()),
    role: roleValidator,
    isActive: v.boolean(),
    /** Derived from `isActive`, `deletedAt`: what lists filter by. */
    state: userState,
    /** Unix ms, as Clerk has it; for a row made by `store`, the time of that. */
    createdAt: v.number(),
    /** Unix ms of the last change of this row, sign-ins apart. */
    updatedAt: v.number(),
    lastLoginAt: v.optional(v.number()),
    lastSignInAt: v.optional(v.number()),
    /** Canonical JSON text: Clerk allows keys that Convex refuses as field names. */
    publicMetadata: v.optional(v.string()),
    /** Lower-cased name and email: what search and name order read. */
    searchText: v.string(),
    /** What Clerk said last: the version register of rule 2 and the merge base of rule 6. */
    clerk: v.object({
      /** Unix ms of the newest payload applied; 0 before the first one. */
      updatedAt: v.number(),
      /** `public_metadata.role` as last seen (`rawRole` in clerkUser.ts); absent = none there. */
      role: v.optional(v.string()),
      instanceId: v.optional(v.string()),
      banned: v.optional(v.boolean()),
      /** Counts re-fetches asked for; only the answer to the newest may settle a tie. */
      refetch: v.optional(v.number()),
    }),
    /** Counts our role decisions. */
    roleRev: v.number(),
    roleSource,
    /** Unix ms of our last role decision; compared with payloads in a conflict. */
    roleDecidedAt: v.number(),
    /** Clerk names a role that we do not know; ours stands. */
    roleIssue: v.optional(roleIssue),
    push: pushState,
    deletedAt: v.optional(v.number()),
    /**
     * Clerk deleted this person while they were the last active owner: the row stays as owner so
     * that there is one (rule 7), cut off from access, until another owner is active.
     */
    heldDeletionAt: v.optional(v.number()),
  })
    .index('byExternalId', ['externalId'])
    .index('byEmail', ['email'])
    .index('byRoleState', ['role', 'state'])
    .index('byName', ['state', 'role', 'searchText'])
    .index('byCreated', ['state', 'role', 'createdAt'])
    .index('byLastLogin', ['state', 'role', 'lastLoginAt'])
    .searchIndex('search', { searchField: 'searchText', filterFields: ['role', 'state'] }),

  /**
   * One receipt per `svix-id`. Written by: `model/deliveries`, in the mutation of the effect.
   * Read by: the webhooks page, dedupe. Pruned by: a cron, after `deliveriesKeptMs`.
   */
  deliveries: defineTable({
    svixId: v.string(),
    type: v.string(),
    entityId: v.optional(v.string()),
    /** SHA-256 of the raw body, hex. */
    payloadHash: v.string(),
    outcome: deliveryOutcome,
    why: v.optional(v.string()),
    /** Unix ms of the first receipt. */
    receivedAt: v.number(),
    /** How often the same id came again. */
    repeats: v.number(),
    /** The same id came with another body, or the event belongs to another instance. */
    alarm: v.boolean(),
  })
    .index('bySvixId', ['svixId'])
    .index('byReceivedAt', ['receivedAt'])
    .index('byEntity', ['entityId', 'receivedAt']),

  /**
   * The outbox to Clerk. Written by: `model/outbox`. Read by: the push worker and the users page.
   * Pruned by: a cron, once settled for `intentsKeptMs`.
   */
  roleIntents: defineTable({
    userId: v.id('users'),
    externalId: v.string(),
    kind: intentKind,
    role: v.optional(roleValidator),
    /** `users.roleRev` this push carries; an older one is superseded. */
    rev: v.number(),
    state: intentState,
    /** Requests begun. */
    attempts: v.number(),
    /** Unix ms before which no further attempt is made. */
    notBefore: v.number(),
    reason: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index('byUser', ['userId', 'rev'])
    .index('byUserState', ['userId', 'state'])
    .index('byState', ['state', 'updatedAt']),

  /**
   * Append-only, hash-chained record of every change. Written by: `model/auditLog`, always in the
   * mutation of the change. Read by: the audit page, `admin:verifyAudit`. Never edited.
   */
  auditLog: defineTable({
    /** Position in the chain, from 1 without gaps. */
    seq: v.number(),
    at: v.number(),
    action: v.string(),
    /** `user:<externalId>`, `cli`, `clerk`, `system`. */
    actor: v.string(),
    source: auditSource,
    /** `user:<externalId>`, `delivery:<svixId>`. */
    target: v.string(),
    before: v.optional(auditFacts),
    after: v.optional(auditFacts),
    /** Somebody should look at this. */
    alarm: v.boolean(),
    /** Ties together what one request did. */
    correlationId: v.string(),
    previousHash: v.string(),
    hash: v.string(),
  })
    .index('bySeq', ['seq'])
    .index('byTarget', ['target', 'seq'])
    .index('byAction', ['action', 'seq'])
    .index('byAlarm', ['alarm', 'seq']),

  /**
   * One row: the end of the audit chain, so that cutting off its newest entries shows too.
   * Written by: `model/auditLog` with every entry.
   */
  auditHead: defineTable({ seq: v.number(), hash: v.string() }),

  /**
   * One row per fact that the deployment learns about its surroundings (`clerkInstanceId`).
   * Written by: `model/instance`. Never pruned.
   */
  learnt: defineTable({ key: v.string(), value: v.string() }).index('byKey', ['key']),
});
