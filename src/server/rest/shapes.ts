import { z } from 'zod';
import { tokenScopes } from '../../shared/api-tokens';
import { deliveryOutcomes } from '../../shared/deliveries';
import { integrityKinds } from '../../shared/integrity';
import { invitationStates } from '../../shared/invitations';
import { recordStatuses } from '../../shared/organizations';
import { pushStates, roleSources, userStates } from '../../shared/people';
import { roleNames } from '../../shared/roles';
import { syncStates } from '../../shared/sync';

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

export const factValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

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
