import { type Infer, v } from 'convex/values';
import { heldRole, pushState, roleIssue, roleSource, roleValidator, userState } from './validators';
import type { UserRow } from './userRows';

/** What leaves the database, field by field. Types of the pages follow from these validators. */

export const directoryEntry = v.object({
  _id: v.id('users'),
  name: v.string(),
  imageUrl: v.optional(v.string()),
  role: roleValidator,
});
export type DirectoryEntry = Infer<typeof directoryEntry>;

export const currentUser = v.object({
  _id: v.id('users'),
  externalId: v.string(),
  name: v.string(),
  firstName: v.optional(v.string()),
  lastName: v.optional(v.string()),
  email: v.optional(v.string()),
  imageUrl: v.optional(v.string()),
  role: roleValidator,
  isActive: v.boolean(),
  state: userState,
  createdAt: v.number(),
  lastLoginAt: v.optional(v.number()),
});
export type CurrentUser = Infer<typeof currentUser>;

export const adminUser = currentUser.extend({
  updatedAt: v.number(),
  lastSignInAt: v.optional(v.number()),
  roleRev: v.number(),
  roleSource,
  roleDecidedAt: v.number(),
  roleIssue: v.optional(roleIssue),
  push: pushState,
  /** Our last decision about access on its way to Clerk; absent = never decided. */
  access: v.optional(pushState),
  /** Our last decision about the name on its way to Clerk; absent = never decided. */
  nameEdit: v.optional(pushState),
  /** The role that Clerk names while a brake holds it. */
  heldRole: v.optional(heldRole),
  /** `updatedAt` 0: no payload of Clerk has reached this row yet. */
  clerk: v.object({
    updatedAt: v.number(),
    role: v.optional(v.string()),
    /** Differs from `!isActive` when somebody banned or unbanned in Clerk itself. */
    banned: v.boolean(),
  }),
  deletedAt: v.optional(v.number()),
  heldDeletionAt: v.optional(v.number()),
});
export type AdminUser = Infer<typeof adminUser>;

export const peopleStats = v.object({
  total: v.number(),
  byRole: v.record(roleValidator, v.number()),
  byState: v.record(userState, v.number()),
  pushes: v.object({ pending: v.number(), failed: v.number() }),
});

export function toDirectoryEntry(row: UserRow): DirectoryEntry {
  return { _id: row._id, name: row.name, imageUrl: row.imageUrl, role: row.role };
}

export function toCurrentUser(row: UserRow): CurrentUser {
  return {
    _id: row._id,
    externalId: row.externalId,
    name: row.name,
    firstName: row.firstName,
    lastName: row.lastName,
    email: row.email,
    imageUrl: row.imageUrl,
    role: row.role,
    isActive: row.isActive,
    state: row.state,
    createdAt: row.createdAt,
    lastLoginAt: row.lastLoginAt,
  };
}

export function toAdminUser(row: UserRow): AdminUser {
  return {
    ...toCurrentUser(row),
    updatedAt: row.updatedAt,
    lastSignInAt: row.lastSignInAt,
    roleRev: row.roleRev,
    roleSource: row.roleSource,
    roleDecidedAt: row.roleDecidedAt,
    roleIssue: row.roleIssue,
    push: row.push,
    access: row.access && { state: row.access.state, reason: row.access.reason },
    nameEdit: row.nameEdit && { state: row.nameEdit.state, reason: row.nameEdit.reason },
    heldRole: row.heldRole,
    clerk: {
      updatedAt: row.clerk.updatedAt,
      role: row.clerk.role,
      banned: row.clerk.banned ?? false,
    },
    deletedAt: row.deletedAt,
    heldDeletionAt: row.heldDeletionAt,
  };
}
