import { ownerRole, type Role } from '../../src/shared/roles';

/** What decides whether a row counts as an active owner. */
export interface Standing {
  role: Role;
  isActive: boolean;
  deletedAt?: number;
}

export function isActiveOwner(standing: Standing): boolean {
  return standing.role === ownerRole && standing.isActive && standing.deletedAt === undefined;
}

/**
 * Rule 7: whether going from `before` to `after` would leave nobody in charge. `others` counts the
 * other active owners. A person who is no active owner now can never be the last one.
 */
export function leavesNoOwner(before: Standing, after: Standing, others: number): boolean {
  return isActiveOwner(before) && !isActiveOwner(after) && others === 0;
}
