import { canSometimes, type Actor, type Permission } from '../../shared/permissions';
import type { Role } from '../../shared/roles';

/** What is done to everybody selected. */
export type BulkAction =
  { kind: 'role'; role: Role } | { kind: 'deactivate' } | { kind: 'reactivate' };

const permissionOf = {
  role: 'users:setRole',
  deactivate: 'users:deactivate',
  reactivate: 'users:reactivate',
} as const satisfies Record<BulkAction['kind'], Permission>;

/** What the viewer may do to at least somebody; without any, there is nothing to select for. */
export function bulkActionsOf(actor: Actor): BulkAction['kind'][] {
  const all = ['role', 'deactivate', 'reactivate'] as const;
  return all.filter((kind) => canSometimes(actor, permissionOf[kind]));
}
