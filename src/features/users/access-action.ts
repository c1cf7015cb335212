import { errorCodes } from '../../shared/error-codes';
import type { UserState } from '../../shared/people';
import { canSometimes, decide, type Actor, type Permission } from '../../shared/permissions';
import { aRole, roleNames, roleVocabulary, type Role } from '../../shared/roles';

/** What can be done about a person's access, beside changing their role. */
export type AccessAction = 'deactivate' | 'reactivate' | 'delete';

/** What these rules look at of a row. */
export interface AccessSubject {
  externalId: string;
  role: Role;
  state: UserState;
  heldDeletionAt?: number | undefined;
  access?: { state: string } | undefined;
  clerk: { banned: boolean };
}

const permissionOf = {
  deactivate: 'users:deactivate',
  reactivate: 'users:reactivate',
  delete: 'users:delete',
} as const satisfies Record<AccessAction, Permission>;

/**
 * Somebody banned or unbanned this person in Clerk itself: what Clerk says differs from what
 * stands here, and nothing of ours is on its way to settle it.
 */
export function clerkDisagrees(user: AccessSubject): boolean {
  if (user.state === 'deleted' || user.heldDeletionAt !== undefined) return false;
  if (user.access !== undefined && user.access.state !== 'synced') return false;
  return user.clerk.banned === (user.state === 'active');
}

/** What the menu offers about access, by state; the second one only where Clerk disagrees. */
export function accessActionsFor(user: AccessSubject): AccessAction[] {
  const [first, second]: AccessAction[] =
    user.state === 'active' ? ['deactivate', 'reactivate'] : ['reactivate', 'deactivate'];
  return [first, ...(clerkDisagrees(user) ? [second] : [])].filter((one) => one !== undefined);
}

/** How the action is called for this person: a ban in Clerk can also be all that it changes. */
export function accessLabel(action: AccessAction, user: Pick<AccessSubject, 'state'>): string {
  switch (action) {
    case 'deactivate':
      return user.state === 'active' ? 'Deactivate' : 'Ban in Clerk again';
    case 'reactivate':
      return user.state === 'active' ? 'Lift the ban in Clerk' : 'Reactivate';
    case 'delete':
      return 'Delete';
  }
}

function holders(permission: Permission): string {
  const names = roleNames
    .filter((role) => roleVocabulary.definitions[role].permissions[permission] !== undefined)
    .map(aRole);
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(names);
}

/** Why the viewer cannot do this to this person, in words; undefined when they can. */
export function accessRefusal(
  actor: Actor,
  action: AccessAction,
  user: AccessSubject,
): string | undefined {
  if (user.state === 'deleted') return 'Deleted people stay deleted.';
  if (user.heldDeletionAt !== undefined) return 'Clerk has deleted this person already.';
  const permission = permissionOf[action];
  const verdict = decide(actor, permission, { id: user.externalId, role: user.role });
  if (verdict.allowed) return undefined;
  if (verdict.code === 'SELF_CHANGE') return `You cannot ${action} your own account.`;
  if (verdict.code !== 'FORBIDDEN') return errorCodes[verdict.code].text;
  return canSometimes(actor, permission)
    ? `You can ${action} only people whose role ranks below yours.`
    : `Only ${holders(permission)} can ${action} people.`;
}
