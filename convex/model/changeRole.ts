import type { MutationCtx } from '../_generated/server';
import type { RoleSource } from '../../src/shared/people';
import { ownerRole, type Role } from '../../src/shared/roles';
import { appendAudit, type Cause } from './auditLog';
import { isAccessOpen, retryAccess } from './changeAccess';
import { releaseHeldDeletions } from './deleteClerkUser';
import { fail } from './errors';
import { leavesNoOwner } from './lastOwner';
import { queuePush } from './intents';
import { otherActiveOwners, patchUser, type UserRow } from './userRows';

/**
 * Our own decision about a role: row, counters, intent and audit entry in one transaction. The
 * caller has checked permission. Choosing the role a person already has changes nothing.
 */
export async function changeRole(
  ctx: MutationCtx,
  row: UserRow,
  role: Role,
  cause: Cause & { source: RoleSource },
): Promise<UserRow> {
  if (row.deletedAt !== undefined || row.heldDeletionAt !== undefined) fail('USER_DELETED');
  if (row.role === role) return row;
  if (leavesNoOwner(row, { ...row, role }, await otherActiveOwners(ctx, row))) fail('LAST_OWNER');
  const changed = await decideRole(ctx, row, role, cause);
  await appendAudit(ctx, cause, {
    action: 'role.changed',
    target: `user:${row.externalId}`,
    before: { role: row.role, rev: row.roleRev },
    after: { role, rev: changed.roleRev },
  });
  if (role === ownerRole) await releaseHeldDeletions(ctx, cause);
  return changed;
}

/** Writes a decision and queues its push, without asking rules 7 or 8. */
export async function decideRole(
  ctx: MutationCtx,
  row: UserRow,
  role: Role,
  cause: Cause & { source: RoleSource },
): Promise<UserRow> {
  const changed = await patchUser(ctx, row, {
    role,
    roleRev: row.roleRev + 1,
    roleSource: cause.source,
    roleDecidedAt: cause.now,
    roleIssue: undefined,
    push: { state: 'pending' },
    updatedAt: cause.now,
  });
  await queuePush(ctx, changed, cause.now);
  return changed;
}

/**
 * Sends to Clerk once more what it has not got, role and access: after giving up, at once while
 * waiting, or to overwrite what Clerk says instead.
 */
export async function retryPush(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  const gone = row.deletedAt !== undefined || row.heldDeletionAt !== undefined;
  // Of the deleted only a deletion of ours can still be on its way.
  if (gone && !(row.deletedAt !== undefined && isAccessOpen(row))) fail('USER_DELETED');
  const roleOpen = !gone && (row.push.state !== 'synced' || row.roleIssue !== undefined);
  if (!roleOpen && !isAccessOpen(row)) fail('NOTHING_TO_RETRY');
  const changed = roleOpen ? await retryRole(ctx, row, cause) : row;
  return isAccessOpen(changed) ? await retryAccess(ctx, changed, cause) : changed;
}

async function retryRole(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  const changed = await patchUser(ctx, row, {
    // A revision of its own proves which push an echo belongs to.
    roleRev: row.roleRev + 1,
    roleDecidedAt: cause.now,
    push: { state: 'pending' },
    updatedAt: cause.now,
  });
  await queuePush(ctx, changed, cause.now);
  await appendAudit(ctx, cause, {
    action: 'role.pushRetried',
    target: `user:${row.externalId}`,
    before: { push: row.push.state, rev: row.roleRev },
    after: { role: row.role, rev: changed.roleRev },
  });
  return changed;
}
