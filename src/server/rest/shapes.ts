import { z } from 'zod';
import { tokenScopes } from '../../shared/api-tokens';
import { deliveryOutcomes } from '../../shared/deliveries';
import { integrityKinds } from '../../shared/integrity';
import { invitationStates } from '../../shared/invitations';
import { recordStatuses } from '../../shared/organizations';
import { pushStates, roleSources, userStates } from '../../shared/people';
import { roleNames } from '../../shared/roles';
import {
  removalBrakes,
  syncKeys,
  syncKinds,
  syncModes,
  syncOutcomes,
  syncPhases,
  syncRunStatuses,
  syncStates,
  syncTriggers,
  sweepStates,
} from '../../shared/sync';
import { healthStates } from '../../shared/webhook-health';

/**
 * What the REST API answers, for the OpenAPI document. Convex's validators decide what leaves the
 * database; a test checks every answer of the running product against these.
 */
export const time = z.number().meta({ description: 'Unix time in milliseconds.' });
export const role = z.enum(roleNames).meta({ id: 'Role' });
const push = z
  .object({ state: z.enum(pushStates), reason: z.string().optional() })
  .meta({ id: 'PushState', description: 'Where a decision stands on its way to Clerk.' });

export const currentUser = z
  .object({
    _id: z.string(),
    externalId: z.string().meta({ description: 'Clerk user id.' }),
    name: z.string(),
    firstName: z.string().optional(),
    lastName: z.string().optional(),
    email: z.string().optional(),
    imageUrl: z.string().optional(),
    role,
    isActive: z.boolean(),
    state: z.enum(userStates),
    createdAt: time,
    lastLoginAt: time.optional(),
  })
  .meta({ id: 'CurrentUser' });

export const user = currentUser
  .extend({
    updatedAt: time,
    lastSignInAt: time.optional(),
    roleRev: z.number().meta({ description: 'Counts decisions about the role.' }),
    roleSource: z.enum(roleSources),
    roleDecidedAt: time,
    roleIssue: z.object({ raw: z.string(), seenAt: time }).optional(),
    push,
    access: push.optional(),
    clerk: z.object({ updatedAt: time, role: z.string().optional(), banned: z.boolean() }),
    deletedAt: time.optional(),
    heldDeletionAt: time.optional(),
  })
  .meta({ id: 'User' });

export const stats = z
  .object({
    total: z.number(),
    byRole: z.record(z.string(), z.number()),
    byState: z.record(z.string(), z.number()),
    pushes: z.object({ pending: z.number(), failed: z.number() }),
  })
  .meta({ id: 'Stats' });

export const organization = z
  .object({
    _id: z.string(),
    externalId: z.string().meta({ description: 'Clerk organization id.' }),
    name: z.string(),
    slug: z.string().optional(),
    imageUrl: z.string().optional(),
    publicMetadata: z.string().optional().meta({ description: 'JSON text.' }),
    status: z.enum(recordStatuses),
    members: z.number().optional().meta({ description: 'Active memberships.' }),
    createdAt: time,
    updatedAt: time,
    deletedAt: time.optional(),
  })
  .meta({ id: 'Organization' });

export const member = z
  .object({
    externalId: z.string().meta({ description: 'Clerk membership id.' }),
    role: z.string(),
    permissions: z.array(z.string()),
    status: z.enum(recordStatuses),
    joinedAt: time,
    userExternalId: z.string().nullable(),
    user: z
      .object({
        _id: z.string(),
        name: z.string(),
        email: z.string().optional(),
        imageUrl: z.string().optional(),
        role,
        state: z.enum(userStates),
      })
      .nullable(),
  })
  .meta({ id: 'Member' });

export const apiToken = z
  .object({
    tokenId: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(tokenScopes)),
    state: z.enum(['active', 'expired', 'revoked', 'creatorInactive']),
    createdBy: z.object({ userId: z.string(), name: z.string(), email: z.string().optional() }),
    createdAt: time,
    expiresAt: time,
    lastUsedAt: time.optional(),
    revokedAt: time.optional(),
  })
  .meta({ id: 'ApiToken' });

export const errorAnswer = z
  .object({
    code: z
      .string()
      .meta({ description: 'Decide by this; every code is explained in /docs/errors.' }),
    message: z.string(),
    field: z.string().optional(),
    retryAfterMs: z.number().optional(),
  })
  .meta({ id: 'Error' });

export const invitation = z
  .object({
    _id: z.string(),
    email: z.string(),
    role,
    state: z.enum(invitationStates),
    push,
    invitedBy: z.string(),
    acceptedBy: z.string().optional(),
    createdAt: time,
    updatedAt: time,
    expiresAt: time,
  })
  .meta({ id: 'Invitation' });

const tally = z
  .object({ seen: z.number() })
  .extend(Object.fromEntries(syncOutcomes.map((name) => [name, z.number()])))
  .meta({ id: 'SyncTally' });

const removals = z
  .object({
    unseen: z.number(),
    held: z.number().meta({ description: 'Stay until a superadmin confirms.' }),
    brake: z.enum(removalBrakes).optional(),
    confirmedBy: z.string().optional(),
  })
  .meta({ id: 'SyncRemovals' });

const sweep = z
  .object({
    _id: z.string(),
    state: z.enum(sweepStates),
    people: z.number(),
    limit: z.number().meta({ description: 'More people need a second superadmin.' }),
    requestedBy: z.string(),
    confirmedBy: z.string().optional(),
    holdUntil: time.optional(),
    swept: z.number(),
    spared: z.number(),
    restored: z.number(),
  })
  .meta({ id: 'Sweep' });

export const syncRun = z
  .object({
    _id: z.string(),
    mode: z.enum(syncModes),
    trigger: z.enum(syncTriggers),
    key: z.enum(syncKeys),
    scope: z.object({
      only: z.enum(syncKinds).optional(),
      emailDomain: z.string().optional(),
      ids: z.array(z.string()).optional(),
    }),
    status: z.enum(syncRunStatuses),
    phase: z.enum(syncPhases),
    actor: z.string(),
    startedByName: z.string().optional(),
    startedAt: time,
    finishedAt: time.optional(),
    done: z.number(),
    total: z.number(),
    rate: z.number().meta({ description: 'Records per second; 0: not measured yet.' }),
    timeLeftMs: z.number().nullable(),
    tallies: z.object({ users: tally, organizations: tally, memberships: tally }),
    removals: z
      .object({ organizations: removals.nullable(), memberships: removals.nullable() })
      .meta({ description: 'What is here and no longer in Clerk; null: not read.' }),
    missing: z.number().meta({ description: 'People here that Clerk does not have.' }),
    clerkUsers: z.number().nullable(),
    convexUsers: z.number().nullable(),
    planHash: z.string().optional(),
    changesKept: z.number(),
    errorsKept: z.number(),
    failure: z.object({ code: z.string(), message: z.string() }).optional(),
    warnings: z.array(z.string()),
    cancelRequested: z.boolean(),
    resumable: z.boolean(),
    sweep: sweep.nullable().meta({ description: 'The newest sweep on the strength of it.' }),
  })
  .meta({ id: 'SyncRun' });

const schedule = z
  .object({
    name: z.string(),
    everyMs: z.number(),
    lastRunAt: time.nullable(),
    outcome: z.string().nullable(),
    why: z.string().optional(),
    nextRunAt: time.nullable(),
  })
  .meta({ id: 'Schedule' });

export const clerkStatus = z
  .object({
    sync: z.object({
      state: z.enum(syncStates),
      running: syncRun.nullable(),
      last: syncRun.nullable(),
      lastCompletedAt: time.nullable(),
      drift: z
        .object({ users: z.number(), at: time, runId: z.string(), repaired: z.boolean() })
        .nullable(),
      hasServerKey: z.boolean(),
      reconcile: schedule,
    }),
    webhooks: z
      .object({
        state: z.enum(healthStates),
        cause: z.string().optional(),
        causeText: z.string().optional(),
        remedy: z.string().optional(),
        lastDeliveryAt: time.optional(),
        lastAppliedAt: time.optional(),
        lastCheckedAt: time.optional(),
        missed: z.number(),
      })
      .nullable()
      .meta({ description: 'Null where the caller may not read deliveries.' }),
  })
  .meta({ id: 'ClerkStatus' });

export const syncError = z
  .object({
    _id: z.string(),
    kind: z.enum(syncKinds),
    externalId: z.string().optional(),
    reason: z.string(),
    at: time,
  })
  .meta({ id: 'SyncError' });

export const factValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const syncChange = z
  .object({
    _id: z.string(),
    kind: z.enum(syncKinds),
    change: z.enum(['create', 'update', 'delete']),
    externalId: z.string(),
    name: z.string(),
    fields: z.array(
      z.object({
        field: z.string(),
        before: factValue,
        after: factValue,
        wins: z.enum(['clerk', 'rollcall']),
        why: z.string(),
      }),
    ),
  })
  .meta({ id: 'SyncChange' });

export const connection = z
  .object({
    ok: z.boolean(),
    message: z.string(),
    instanceId: z.string().optional(),
    environment: z.string().optional(),
    users: z.number().optional(),
    latencyMs: z.number().optional(),
  })
  .meta({ id: 'Connection' });

const bounded = z.object({ count: z.number(), exact: z.boolean() });

export const databaseSummary = z
  .object({
    people: stats,
    organizations: bounded,
    memberships: bounded,
    lastSync: z.object({
      state: z.enum(syncStates),
      completedAt: time.nullable(),
      differed: z.number().nullable(),
    }),
    lastWebhook: z
      .object({ type: z.string(), outcome: z.enum(deliveryOutcomes), receivedAt: time })
      .nullable(),
    auditEntries: z.number(),
    integrity: z.object({
      checked: z.object({
        users: z.number(),
        organizations: z.number(),
        memberships: z.number(),
        pushes: z.number(),
        audit: z.number(),
      }),
      complete: z.boolean(),
      findings: z.array(
        z.object({
          kind: z.enum(integrityKinds),
          count: z.number(),
          examples: z.array(z.string()),
          text: z.string(),
          remedy: z.string(),
        }),
      ),
    }),
  })
  .meta({ id: 'DatabaseSummary' });

export const delivery = z
  .object({
    _id: z.string(),
    svixId: z.string(),
    type: z.string(),
    entityId: z.string().optional(),
    outcome: z.enum(deliveryOutcomes),
    why: z.string().optional(),
    receivedAt: time,
    repeats: z.number(),
    alarm: z.boolean(),
  })
  .meta({ id: 'Delivery' });

export const deliveryDetail = delivery
  .extend({
    payloadHash: z.string().meta({ description: 'SHA-256 of the raw body, hex.' }),
    payload: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('kept'),
        event: z.string().meta({ description: 'JSON text.' }),
        masked: z.array(z.string()),
      }),
      z.object({ kind: z.literal('erased') }),
      z.object({ kind: z.literal('absent') }),
    ]),
  })
  .meta({ id: 'DeliveryDetail' });
