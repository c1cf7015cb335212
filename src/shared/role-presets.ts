import type { Permission } from './permissions';

/**
 * How far a permission reaches: `any` target, or only people whose role ranks strictly below the
 * actor's own. Permissions without a target (`sync:run`) use `any`.
 */
export type Reach = 'any' | 'lowerRank';

export interface RoleDefinition {
  label: string;
  description: string;
  permissions: Partial<Record<Permission, Reach>>;
}

export interface RoleVocabulary<R extends string = string> {
  /** Highest rank first. */
  order: readonly [R, ...R[]];
  /** Given to people for whom neither Clerk nor Rollcall names a role. */
  default: R;
  /** The role of which at least one active holder must always exist. */
  owner: R;
  definitions: Record<R, RoleDefinition>;
}

const everyone = { 'directory:read': 'any' } as const;

const observer = {
  ...everyone,
  'users:read': 'any',
  'audit:read': 'any',
  'deliveries:read': 'any',
  'organizations:read': 'any',
  'sync:read': 'any',
  'settings:read': 'any',
} as const;

const manager = {
  ...observer,
  'users:update': 'lowerRank',
  'users:invite': 'lowerRank',
  'users:deactivate': 'lowerRank',
  'users:reactivate': 'lowerRank',
  'sync:run': 'any',
  'pushes:retry': 'any',
  'alarms:acknowledge': 'any',
} as const;

const owner = {
  ...manager,
  'users:setRole': 'any',
  'users:update': 'any',
  'users:invite': 'any',
  'users:deactivate': 'any',
  'users:reactivate': 'any',
  'users:delete': 'any',
  'brakes:decide': 'any',
  'audit:export': 'any',
  'deliveries:replay': 'any',
  'credentials:write': 'any',
  'tokens:manage': 'any',
} as const;

/** The vocabularies of the guides (requirement C6). `app.config.ts` picks one or writes its own. */
export const rolePresets = {
  superadminAdminStaff: {
    order: ['superadmin', 'admin', 'staff'],
    default: 'staff',
    owner: 'superadmin',
    definitions: {
      superadmin: {
        label: 'Superadmin',
        description: 'Manages everyone and every role',
        permissions: owner,
      },
      admin: {
        label: 'Admin',
        description: 'Sees everyone, manages staff, cannot change roles',
        permissions: manager,
      },
      staff: { label: 'Staff', description: 'Sees the directory', permissions: everyone },
    },
  },
  adminInstructorStudent: {
    order: ['ADMIN', 'INSTRUCTOR', 'STUDENT'],
    default: 'STUDENT',
    owner: 'ADMIN',
    definitions: {
      ADMIN: {
        label: 'Admin',
        description: 'Manages everyone and every role',
        permissions: owner,
      },
      INSTRUCTOR: {
        label: 'Instructor',
        description: 'Sees everyone, manages students, cannot change roles',
        permissions: manager,
      },
      STUDENT: { label: 'Student', description: 'Sees the directory', permissions: everyone },
    },
  },
  adminSubaccountUser: {
    order: ['ADMIN', 'SUBACCOUNT_USER'],
    default: 'SUBACCOUNT_USER',
    owner: 'ADMIN',
    definitions: {
      ADMIN: {
        label: 'Admin',
        description: 'Manages everyone and every role',
        permissions: owner,
      },
      SUBACCOUNT_USER: {
        label: 'Subaccount user',
        description: 'Sees the directory',
        permissions: everyone,
      },
    },
  },
} as const satisfies Record<string, RoleVocabulary>;
