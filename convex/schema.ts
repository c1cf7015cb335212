import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import {
  deliveryOutcome,
  intentKind,
  intentState,
  pushState,
  roleSource,
  roleValidator,
  userState,
} from './model/validators';

export default defineSchema({
  /**
   * People. Written by: `model/users` only (store, webhooks, role changes, backfill).
   * Read by: every page. Never pruned: a deleted person stays as a tombstone, or is erased down to
   * its id by configuration.
   */
  users: defineTable({
    /** Clerk user id; equals the JWT subject. Unique through the one upsert function. */
    externalId: v.string(),
    name: v.string(),
    firstName: v.optional(v.string()),
    lastName: v.optional(v.string()),
    email: v.optional(v.string()),
    imageUrl: v.optional(v.string()),
    role: roleValidator,
    isActive: v.boolean(),
    /** Derived from `isActive`, `deletedAt`: what lists filter by. */
    state: userState,
    /** Unix ms, as Clerk has it; for a row made by `store`, the time of that. */
    createdAt: v.number(),
    /** Unix ms of the last change of this row. */
    updatedAt: v.number(),
    lastLoginAt: v.optional(v.number()),
    lastSignInAt: v.optional(v.number()),
    publicMetadata: v.optional(v.record(v.string(), v.any())),
    /** Lower-cased name and email: what search and name order read. */
    searchText: v.string(),
    /** What Clerk said last: the version register of rule 2 and the merge base of rule 6. */
    clerk: v.object({
      /** Unix ms of the newest payload applied; 0 before the first one. */
      updatedAt: v.number(),
      /** `public_metadata.role` exactly as last seen; absent = Clerk has none. */
      role: v.optional(v.any()),
      instanceId: v.optional(v.string()),
      banned: v.optional(v.boolean()),
    }),
    /** Counts our role decisions. */
    roleRev: v.number(),
    roleSource,
    /** Unix ms of our last role decision; compared with payloads in a conflict. */
    roleDecidedAt: v.number(),
    push: pushState,
    deletedAt: v.optional(v.number()),
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
   * Read by: the webhooks page, dedupe. Pruned by: a cron, after `limits.deliveriesKeptDays`.
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
    /** The same id came with another body. */
    alarm: v.boolean(),
  })
    .index('bySvixId', ['svixId'])
    .index('byReceivedAt', ['receivedAt'])
    .index('byEntity', ['entityId', 'receivedAt']),

  /**
   * The outbox to Clerk. Written by: `model/outbox`. Read by: the push worker and the users page.
   * Pruned by: a cron, once settled.
   */
  roleIntents: defineTable({
    userId: v.id('users'),
    externalId: v.string(),
    kind: intentKind,
    role: v.optional(roleValidator),
    /** `users.roleRev` this push carries; an older one is superseded. */
    rev: v.number(),
    state: intentState,
    attempts: v.number(),
    reason: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index('byUser', ['userId', 'rev'])
    .index('byState', ['state', 'updatedAt']),

  /**
   * Append-only, hash-chained record of every change. Written by: `model/audit.append`, always in
   * the mutation of the change. Read by: the audit page, `audit.verify`. Never edited.
   */
  auditLog: defineTable({
    /** Position in the chain, from 1 without gaps. */
    seq: v.number(),
    at: v.number(),
    action: v.string(),
    /** `user:<externalId>`, `cli`, `clerk`, `system`. */
    actor: v.string(),
    source: roleSource,
    /** `user:<externalId>`, `delivery:<svixId>`. */
    target: v.string(),
    before: v.optional(v.any()),
    after: v.optional(v.any()),
    /** Ties together what one request did. */
    correlationId: v.string(),
    previousHash: v.string(),
    hash: v.string(),
  })
    .index('bySeq', ['seq'])
    .index('byTarget', ['target', 'seq'])
    .index('byAction', ['action', 'seq']),
});
