import type { ErrorCode } from './error-codes';
import { outranks, roleVocabulary, type Role } from './roles';

/** The one permission vocabulary, used by Convex, the server and the pages (design rule 8). */
export const permissions = [
  'directory:read',
  'users:read',
  'users:setRole',
  'users:update',
  'users:invite',
  'users:deactivate',
  'users:reactivate',
  'users:delete',
  'pushes:retry',
  'brakes:decide',
  'alarms:acknowledge',
  'sync:read',
  'sync:run',
  'audit:read',
  'audit:export',
  'deliveries:read',
  'deliveries:replay',
  'organizations:read',
  'credentials:write',
  'tokens:manage',
  'settings:read',
] as const;

export type Permission = (typeof permissions)[number];

/** Who acts: always read from the database row, never from a token's claims. */
export interface Actor {
  id: string;
  role: Role;
  isActive: boolean;
  deletedAt?: number;
}

/** Whom it is done to, as far as permissions look at it. */
export interface Target {
  id: string;
  role: Role;
}

export type Verdict = { allowed: true } | { allowed: false; code: ErrorCode };

/** What nobody may do to their own row, whatever their role. */
const notToOneself: ReadonlySet<Permission> = new Set([
  'users:setRole',
  'users:deactivate',
  'users:reactivate',
  'users:delete',
]);

/**
 * Decides whether `actor` may do `permission`, to `target` where the permission has one.
 * Fails closed: an inactive or deleted actor may do nothing, and `lowerRank` without a target is
 * refused. Pure; the caller throws the code.
 */
export function decide(actor: Actor, permission: Permission, target?: Target): Verdict {
  if (!actor.isActive || actor.deletedAt !== undefined) {
    return { allowed: false, code: 'ACCOUNT_INACTIVE' };
  }
  const reach = roleVocabulary.definitions[actor.role].permissions[permission];
  if (reach === undefined) return { allowed: false, code: 'FORBIDDEN' };
  if (target && target.id === actor.id && notToOneself.has(permission)) {
    return { allowed: false, code: 'SELF_CHANGE' };
  }
  if (reach === 'lowerRank' && (!target || !outranks(actor.role, target.role))) {
    return { allowed: false, code: 'FORBIDDEN' };
  }
  return { allowed: true };
}

/** `decide` as a plain yes or no, for menus and guards. */
export function can(actor: Actor, permission: Permission, target?: Target): boolean {
  return decide(actor, permission, target).allowed;
}

/**
 * Whether `actor` could do `permission` to at least somebody; decides what navigation to show.
 */
export function canSometimes(actor: Actor, permission: Permission): boolean {
  return (
    actor.isActive &&
    actor.deletedAt === undefined &&
    roleVocabulary.definitions[actor.role].permissions[permission] !== undefined
  );
}
