import type { ClerkSync, PushStateName } from './people';

interface Standing {
  role: string;
  isActive: boolean;
  deletedAt?: number | undefined;
  heldDeletionAt?: number | undefined;
  roleIssue?: object | undefined;
  push: { state: PushStateName };
  access?: { state: PushStateName } | undefined;
  nameEdit?: { state: PushStateName } | undefined;
  heldRole?: object | undefined;
  clerk: { role?: string | undefined; banned?: boolean | undefined };
}

/**
 * How a row stands against Clerk: the one rule for the filter of the list, its marks and its counts.
 * Of a deleted person only the deletion is of interest.
 */
export function clerkSyncOf(row: Standing): ClerkSync {
  if (isPlain(row)) return roleDiffers(row) || accessDiffers(row) ? 'differs' : 'synced';
  const gone = row.deletedAt !== undefined || row.heldDeletionAt !== undefined;
  const own = gone ? [] : [row.push.state, row.nameEdit?.state];
  const states = [...own, row.access?.state];
  if (states.includes('failed')) return 'failed';
  if (states.includes('pending')) return 'pending';
  if (states.includes('differs')) return 'differs';
  return !gone && (roleDiffers(row) || accessDiffers(row)) ? 'differs' : 'synced';
}

/** Nothing of ours is or was on its way: nearly everybody, and a sync asks it of a hundred thousand. */
function isPlain(row: Standing): boolean {
  return (
    row.push.state === 'synced' &&
    row.access === undefined &&
    row.nameEdit === undefined &&
    row.deletedAt === undefined &&
    row.heldDeletionAt === undefined
  );
}

/** Clerk last named another role than ours, one that a brake holds, or one that is not known here. */
function roleDiffers({ role, roleIssue, heldRole, clerk }: Standing): boolean {
  if (heldRole !== undefined) return true;
  return roleIssue !== undefined || (clerk.role !== undefined && clerk.role !== role);
}

/** Somebody banned or unbanned in Clerk itself; nothing of ours is on its way to settle it. */
function accessDiffers({ isActive, clerk }: Standing): boolean {
  return (clerk.banned ?? false) === isActive;
}
