import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import {
  accessState,
  activityDay,
  auditFacts,
  auditSource,
  cellCounts,
  brakeState,
  bulkFormer,
  bulkJobAction,
  bulkJobSelection,
  bulkOutcome,
  bulkStatus,
  clerkRegister,
  clerkSync,
  credentialOrigin,
  credentialService,
  deliveryOutcome,
  healthCause,
  healthState,
  heldRole,
  intentKind,
  intentState,
  invitationState,
  nameEdit,
  nameParts,
  pushState,
  recordStatus,
  refusalReason,
  roleIssue,
  roleSource,
  roleValidator,
  tokenScope,
  userState,
} from './model/validators';
import { syncTables } from './model/sync/tables';

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
    /** Derived: how the row stands against Clerk. Absent on rows from before there was the field. */
    sync: v.optional(clerkSync),
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
    /** Clerk names another role, and a brake on mass changes holds it; ours counts meanwhile. */
    heldRole: v.optional(heldRole),
    /** `roleBrake.slots[].at` in which an edit in Clerk last changed this role. */
    externalRoleSlot: v.optional(v.number()),
    push: pushState,
    /**
     * Where our last decision about access (deactivate, reactivate) stands on its way to Clerk;
     * `rev` counts them. Absent: we never decided. Whether Clerk agrees: `clerk.banned`.
     */
    access: v.optional(accessState),
    /** Our last decision about the name; absent = Clerk's counts, as it came. */
    nameEdit: v.optional(nameEdit),
    deletedAt: v.optional(v.number()),
    /**
     * Clerk deleted this person while they were the last active owner: the row stays as owner so
     * that there is one (rule 7), cut off from access, until another owner is active.
     */
    heldDeletionAt: v.optional(v.number()),
  })
    .index('byExternalId', ['externalId'])
    .index('byEmail', ['email'])
    .index('byBrake', ['heldRole.brakeId'])
    .index('byName', ['state', 'role', 'searchText'])
    .index('byCreated', ['state', 'role', 'createdAt'])
    .index('byLastLogin', ['state', 'role', 'lastLoginAt'])
    .index('byLastSignIn', ['state', 'role', 'lastSignInAt'])
    .index('bySync', ['sync', 'state', 'role', 'searchText'])
    /** As Clerk lists them: what a sync compares a page with. */
    .index('byCreatedAt', ['createdAt'])
    .searchIndex('search', { searchField: 'searchText', filterFields: ['role', 'state'] }),

  /**
   * Clerk's organizations, mirrored. Written by: `model/applyOrganization` (webhooks, re-fetches)
   * and `model/deleteOrganization`. Read by: the organizations pages. Never pruned: a deleted one
   * stays as a tombstone.
   */
  organizations: defineTable({
    /** Clerk organization id. Unique through the one upsert function. */
    externalId: v.string(),
    name: v.string(),
    slug: v.optional(v.string()),
    imageUrl: v.optional(v.string()),
    /** Canonical JSON text, as for people. */
    publicMetadata: v.optional(v.string()),
    status: recordStatus,
    /** Unix ms, as Clerk has it. */
    createdAt: v.number(),
    /** Unix ms of the last change of this row. */
    updatedAt: v.number(),
    clerk: clerkRegister,
    deletedAt: v.optional(v.number()),
  })
    .index('byExternalId', ['externalId'])
    /** As Clerk lists them: what a sync compares a page with. */
    .index('byCreatedAt', ['status', 'createdAt'])
    .index('byStatus', ['status', 'name'])
    .searchIndex('search', { searchField: 'name', filterFields: ['status'] }),

  /**
   * How many active memberships an organization has, so that no list counts rows. Written by:
   * `model/membershipRows`, in the mutation of the membership. Read by: the organizations pages.
   * Never pruned.
   */
  memberCounts: defineTable({ organizationExternalId: v.string(), members: v.number() }).index(
    'byOrganization',
    ['organizationExternalId'],
  ),

  /**
   * Sealed credentials of organizations for other services (E6). Only the web server has the key;
   * here are envelopes, bound to organization, service and this very record. Written by:
   * `model/credentials`. Read by: the vault of an organization, and the web server to open one.
   * A replaced one keeps its history but loses its envelope. Never pruned.
   */
  credentials: defineTable({
    organizationId: v.id('organizations'),
    service: credentialService,
    /** Random, chosen with the envelope, part of what it is bound to. */
    recordId: v.string(),
    /** Counts what was stored for this organization and service, from 1. */
    version: v.number(),
    envelope: v.optional(v.string()),
    /** Which key sealed it (`keyId` in src/shared/credentials.ts); absent without an envelope. */
    keyId: v.optional(v.string()),
    lastFour: v.string(),
    active: v.boolean(),
    origin: credentialOrigin,
    /** Clerk user id. */
    createdBy: v.string(),
    createdAt: v.number(),
    replacedAt: v.optional(v.number()),
    test: v.optional(v.object({ at: v.number(), ok: v.boolean(), detail: v.string() })),
    usedAt: v.optional(v.number()),
  })
    .index('byPlace', ['organizationId', 'service', 'version'])
    .index('byKey', ['keyId']),

  /**
   * Who belongs to which organization, by Clerk ids alone: a membership may come before its person
   * or its organization, and finds them by index once they are there. Written by:
   * `model/applyMembership` (webhooks, re-fetches) and `model/deleteMembership`, which also buries
   * what a deleted person or organization leaves behind. Read by: the organizations pages. Never
   * pruned: a new membership of the same two has another id.
   */
  memberships: defineTable({
    /** Clerk membership id. Unique through the one upsert function. */
    externalId: v.string(),
    /** Absent only on a tombstone that overtook its creation. */
    organizationExternalId: v.optional(v.string()),
    /** Absent while Clerk has not said whom it is of. */
    userExternalId: v.optional(v.string()),
    /** Clerk's organization role (`org:admin`), no role of ours. */
    role: v.string(),
    permissions: v.array(v.string()),
    publicMetadata: v.optional(v.string()),
    status: recordStatus,
    /** Unix ms. */
    joinedAt: v.number(),
    updatedAt: v.number(),
    clerk: clerkRegister,
    deletedAt: v.optional(v.number()),
  })
    .index('byExternalId', ['externalId'])
    .index('byOrganization', ['organizationExternalId', 'status'])
    .index('byUser', ['userExternalId', 'status'])
    /** As Clerk lists them: what a sync compares a page with. */
    .index('byJoinedAt', ['status', 'joinedAt']),

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
    /** What it said; the row itself is gone sooner than this receipt. */
    payload: v.optional(v.id('deliveryPayloads')),
    outcome: deliveryOutcome,
    why: v.optional(v.string()),
    /** Unix ms of the first receipt. */
    receivedAt: v.number(),
    /** How often the same id came again. */
    repeats: v.number(),
    /** The same id came with another body, or the event belongs to another instance. */
    alarm: v.boolean(),
    /** The last time somebody had it applied once more, and what came of it. */
    replay: v.optional(
      v.object({
        at: v.number(),
        /** `user:<externalId>`. */
        by: v.string(),
        outcome: deliveryOutcome,
        why: v.optional(v.string()),
      }),
    ),
  })
    .index('bySvixId', ['svixId'])
    .index('byEntity', ['entityId', 'receivedAt'])
    /** Also for the alarms of every outcome: see `model/deliveryListing`. */
    .index('byOutcome', ['outcome', 'alarm', 'receivedAt'])
    .index('byType', ['type', 'receivedAt']),

  /**
   * What a delivery said, after parsing: for the payload viewer and for replay. Never private or
   * unsafe metadata, which the parser does not read; nothing of another instance. Written by:
   * `model/deliveryPayloads`, beside the receipt. Emptied when the person is erased. Pruned by: a
   * cron, after `payloadsKeptMs`.
   */
  deliveryPayloads: defineTable({
    /** The event as JSON text; absent once its person was erased. */
    event: v.optional(v.string()),
    /** Clerk id of whom it tells something. */
    personId: v.optional(v.string()),
  }).index('byPerson', ['personId']),

  /**
   * The outbox to Clerk. Written by: `model/outbox`. Read by: the push worker and the users page.
   * Pruned by: a cron, once settled for `intentsKeptMs`; dead letters (`failed`) never.
   */
  roleIntents: defineTable({
    userId: v.id('users'),
    externalId: v.string(),
    kind: intentKind,
    role: v.optional(roleValidator),
    name: v.optional(nameParts),
    /** `users.roleRev`, `access.rev` or `nameEdit.rev` this push carries; an older one is superseded. */
    rev: v.number(),
    state: intentState,
    /** Requests begun. */
    attempts: v.number(),
    /** Unix ms before which no further attempt is made. */
    notBefore: v.number(),
    /** Requests whose end we do not know: each may still reach Clerk, later than newer ones. */
    doubts: v.optional(v.number()),
    reason: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.number(),
  })
    .index('byUser', ['userId', 'rev'])
    .index('byUserState', ['userId', 'state'])
    .index('byKind', ['userId', 'kind', 'rev'])
    .index('byState', ['state', 'updatedAt']),

  /**
   * Append-only, hash-chained record of every change. Written by: `model/auditLog`, always in the
   * mutation of the change. Read by: the audit page, `admin:verifyAudit`. Never edited. Pruned by:
   * `model/auditRetention` from its old end, as `auditRetention` in `app.config.ts` says, with an
   * entry that seals the cut; by default never.
   */
  auditLog: defineTable({
    /** Position in the chain, from 1 without gaps. */
    seq: v.number(),
    at: v.number(),
    action: v.string(),
    /** `user:<externalId>`, `cli`, `clerk`, `system`. */
    actor: v.string(),
    source: auditSource,
    /** `user:<externalId>`, `organization:<id>`, `membership:<id>`, `delivery:<svixId>`. */
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
    .index('byActor', ['actor', 'at'])
    .index('byTarget', ['target', 'at'])
    .index('byAction', ['action', 'at'])
    /** Also for the alarms of every source, and for a time alone: see `model/auditListing`. */
    .index('bySource', ['source', 'alarm', 'at']),

  /**
   * One row: the end of the audit chain, so that cutting off its newest entries shows too.
   * Written by: `model/auditLog` with every entry.
   */
  auditHead: defineTable({
    seq: v.number(),
    hash: v.string(),
    /** Entries per day for the dashboard's chart: here, since each entry writes this row anyway. */
    days: v.optional(v.array(activityDay)),
  }),

  /**
   * One row: how many people there are of each kind. Written by: `model/counters` with every change
   * of a person, `model/recount`. Read by: the dashboard, `admin:status`. Never pruned.
   */
  peopleCounts: defineTable({
    /** Absent until the first recount of a deployment that had people before this document. */
    cells: v.optional(cellCounts),
    /** A count from the rows themselves under way. */
    recount: v.optional(
      v.object({
        cells: cellCounts,
        /** Creation time of the newest row counted; 0 before the first. */
        upTo: v.number(),
        rows: v.number(),
        /** Unix ms of the last step. */
        steppedAt: v.number(),
      }),
    ),
    /** How the last recount ended: `drift` people had been counted wrongly. */
    checked: v.optional(v.object({ at: v.number(), rows: v.number(), drift: v.number() })),
  }),

  /**
   * API tokens. Written by: `model/apiTokens` (created, revoked, used). Read by: the exchange, every
   * call of a token (`model/access`), the settings page. Pruned by: a cron, `tokensKeptMs` after its end.
   */
  apiTokens: defineTable({
    /** The public part of the token; equals the subject of its JWT. */
    tokenId: v.string(),
    /** SHA-256 of 256 random bits, hex: all that is kept of the secret. */
    secretHash: v.string(),
    name: v.string(),
    scopes: v.array(tokenScope),
    /** Whom it acts as; it can never do more than this person can. */
    createdBy: v.id('users'),
    createdAt: v.number(),
    expiresAt: v.number(),
    /** Unix ms of the expiry, or of the revocation where that came first. */
    endsAt: v.number(),
    /** To the minute. */
    lastUsedAt: v.optional(v.number()),
    revokedAt: v.optional(v.number()),
  })
    .index('byTokenId', ['tokenId'])
    .index('byEndsAt', ['endsAt']),

  /**
   * Changes of many people at once. Written by: `model/bulkJobs` (start, cancel) and `model/bulkRun`
   * (progress). Read by: the users page, live. Pruned by: a cron, after `bulkJobsKeptMs`.
   */
  bulkJobs: defineTable({
    /** Whose permissions count, asked anew for each person. */
    actorId: v.id('users'),
    /** As whom it is audited: the person, or the API token that acts for them. */
    by: v.object({ actor: v.string(), source: roleSource }),
    action: bulkJobAction,
    selection: bulkJobSelection,
    status: bulkStatus,
    /** People found; final once the status is past `collecting`. */
    total: v.number(),
    changed: v.number(),
    unchanged: v.number(),
    refused: v.number(),
    /** Where collecting goes on. */
    cursor: v.optional(v.string()),
    /** Why the whole job ended early. */
    failure: v.optional(v.string()),
    /** The job that takes this one back. */
    undoneBy: v.optional(v.id('bulkJobs')),
    createdAt: v.number(),
    /** Unix ms of the last step: a job that rests too long is taken up again. */
    updatedAt: v.number(),
    finishedAt: v.optional(v.number()),
  })
    .index('byActor', ['actorId', 'createdAt'])
    .index('byStatus', ['status', 'updatedAt']),

  /**
   * What became of each person of a bulk change. Written by: `model/bulkJobs`, `model/bulkRun`. Read
   * by: the users page. Pruned with its job.
   */
  bulkResults: defineTable({
    jobId: v.id('bulkJobs'),
    userId: v.id('users'),
    outcome: bulkOutcome,
    /** An error code, where refused. */
    code: v.optional(v.string()),
    /** Of somebody changed: what was before. Of a job that takes back: what to restore. */
    former: v.optional(bulkFormer),
  }).index('byJob', ['jobId', 'outcome']),

  /**
   * One row per fact that the deployment learns about its surroundings (`clerkInstanceId`).
   * Written by: `model/instance`. Never pruned.
   */
  learnt: defineTable({ key: v.string(), value: v.string() }).index('byKey', ['key']),

  /**
   * Alarms of the audit log, so that they can be looked after: an entry itself is never edited.
   * Written by: `model/auditLog` with the entry, `model/alarms` (acknowledged). Read by: the
   * dashboard. Pruned by: a cron, `alarmsKeptMs` after they were acknowledged.
   */
  alarms: defineTable({
    /** `auditLog.seq`. */
    seq: v.number(),
    at: v.number(),
    action: v.string(),
    target: v.string(),
    facts: v.optional(auditFacts),
    acknowledgedAt: v.optional(v.number()),
    /** `user:<externalId>`. */
    acknowledgedBy: v.optional(v.string()),
  })
    .index('byAcknowledged', ['acknowledgedAt', 'seq'])
    .index('bySeq', ['seq']),

  /**
   * Brakes on mass role changes from Clerk, see `model/roleBrake`, which alone writes. Read by: the
   * dashboard. Never pruned: they are few and say who let what through.
   */
  brakes: defineTable({
    state: brakeState,
    openedAt: v.number(),
    /** `massChangeLimit` of the people there were, and within how many ms it was exceeded. */
    limit: v.number(),
    people: v.number(),
    windowMs: v.number(),
    /** People whose role is held now. */
    held: v.number(),
    /** Superadmins who confirmed so far, by `users.externalId`; `cli` for the operator. */
    confirmations: v.array(v.object({ by: v.string(), at: v.number() })),
    decidedBy: v.optional(v.string()),
    decidedAt: v.optional(v.number()),
    /** Correlation id of the decision, for what its jobs do. */
    correlationId: v.optional(v.string()),
  }).index('byOpened', ['openedAt']),

  /**
   * One row: how many people's roles Clerk changed lately, and the open brake. Written by:
   * `model/roleBrake`. Read by: the merge of roles, when Clerk changes one.
   */
  roleBrake: defineTable({
    /** Newest last; older ones than the window are dropped. */
    slots: v.array(v.object({ at: v.number(), people: v.number() })),
    openBrake: v.optional(v.id('brakes')),
  }),

  /**
   * Invitations to sign up. Written by: `model/invitations` and its outbox. Read by: the users page,
   * sign-ups (who comes by an invitation). Never pruned: they say who let whom in.
   */
  invitations: defineTable({
    /** Lower-cased. */
    email: v.string(),
    role: roleValidator,
    state: invitationState,
    /** Where the last decision (invite, revoke) stands on its way to Clerk. */
    push: pushState,
    /** What the outbox is to do next, or did last. */
    wanted: v.union(v.literal('send'), v.literal('revoke')),
    /** Requests begun for what is wanted, and whether one is under way. */
    attempts: v.number(),
    inFlightSince: v.optional(v.number()),
    /** Unix ms before which no further attempt is made. */
    notBefore: v.number(),
    /** Clerk's id, once Clerk has it. */
    clerkId: v.optional(v.string()),
    /** Unix ms of the last request to send it whose end we do not know: it may still reach Clerk. */
    doubtSince: v.optional(v.number()),
    /** `user:<externalId>` or `cli`. */
    invitedBy: v.string(),
    acceptedBy: v.optional(v.string()),
    createdAt: v.number(),
    updatedAt: v.number(),
    expiresAt: v.number(),
  })
    .index('byEmail', ['email', 'state'])
    .index('byState', ['state', 'expiresAt'])
    .index('byPush', ['push.state', 'updatedAt'])
    .index('byClerkId', ['clerkId'])
    .index('byDoubt', ['state', 'doubtSince'])
    .index('byCreated', ['createdAt']),

  /**
   * One row: what the canary found, and what the webhook route refused. Written by:
   * `model/webhookHealth`, at most once in some seconds whatever arrives. Read by: the webhooks page.
   */
  webhookHealth: defineTable({
    state: healthState,
    cause: v.optional(healthCause),
    /** More about the cause: what Clerk answered, which address does not. */
    detail: v.optional(v.string()),
    checkedAt: v.optional(v.number()),
    /** Unix ms since when it is dead; cleared once an event arrives and nothing is missing. */
    deadSince: v.optional(v.number()),
    /** What Clerk has and we have not: a few of them by id, and how many were seen. */
    missed: v.array(v.object({ kind: v.string(), externalId: v.string(), changedAt: v.number() })),
    /** How often the route refused for each reason, and when last. */
    refusals: v.array(v.object({ reason: refusalReason, count: v.number(), lastAt: v.number() })),
    refusalsWrittenAt: v.optional(v.number()),
  }),

  /**
   * When each signing secret of the ring was last used. Never the secret: the start of its hash.
   * Written by: webhooks, at most once a minute per secret. Read by: the webhooks page.
   */
  signingSecrets: defineTable({
    fingerprint: v.string(),
    firstUsedAt: v.number(),
    lastUsedAt: v.number(),
  }).index('byFingerprint', ['fingerprint']),

  /**
   * Verified events whose mutation failed, until they are applied or parked. Written by:
   * `model/failedEvents`. Pruned by: a cron, once Svix has long stopped retrying.
   */
  failedEvents: defineTable({
    svixId: v.string(),
    type: v.string(),
    attempts: v.number(),
    firstAt: v.number(),
    lastAt: v.number(),
    reason: v.string(),
  })
    .index('bySvixId', ['svixId'])
    .index('byLastAt', ['lastAt']),
  ...syncTables,
});
