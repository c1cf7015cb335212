import { rolePresets } from './src/shared/role-presets';

/**
 * The product settings of this installation. Everything here is checked at compile time; the role
 * type used by Convex, the server and the pages follows from `roles`.
 */
export const appConfig = {
  name: 'Rollcall',
  /** One of `rolePresets`, or a vocabulary of your own of the same shape. */
  roles: rolePresets.superadminAdminStaff,
  /** What becomes of the row of a person deleted in Clerk: kept as a tombstone, or erased (B5). */
  deletedUsers: 'tombstone' as 'tombstone' | 'erase',
  /** Hours between two scheduled synchronisations with the server's key (A10). */
  reconcileEveryHours: 24,
  /**
   * Days that entries of the audit log are kept, at least 30; null keeps them for ever. What is pruned
   * is sealed by its hash, so that the rest still verifies.
   */
  auditKeptDays: null as number | null,
} as const;
