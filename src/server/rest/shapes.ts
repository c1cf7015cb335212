import { z } from 'zod';
import { tokenScopes } from '../../shared/api-tokens';
import { recordStatuses } from '../../shared/organizations';
import { pushStates, roleSources, userStates } from '../../shared/people';
import { roleNames } from '../../shared/roles';

/**
 * What the REST API answers, for the OpenAPI document. Convex's validators decide what leaves the
 * database; a test checks every answer of the running product against these.
 */
const time = z.number().meta({ description: 'Unix time in milliseconds.' });
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
      .meta({ description: 'Decide by this; every code is explained in docs/guides/errors.md.' }),
    message: z.string(),
    field: z.string().optional(),
    retryAfterMs: z.number().optional(),
  })
  .meta({ id: 'Error' });
