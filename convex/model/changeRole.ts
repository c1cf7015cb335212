import type { MutationCtx } from '../_generated/server';
import type { RoleSource } from '../../src/shared/people';
import { ownerRole, type Role } from '../../src/shared/roles';
import { appendAudit, type Cause } from './auditLog';
import { isAccessOpen, retryAccess } from './changeAccess';
import { retryName } from './changeName';
import { releaseHeldDeletions } from './deleteClerkUser';
import { fail } from './errors';
import { leavesNoOwner } from './lastOwner';
import { dismissFailed, queuePush } from './intents';
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
  // Choosing the role somebody has, while Clerk names another, is a decision for it.
  if (row.role === role && row.heldRole === undefined) return row;
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
    heldRole: undefined,
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
  const nameOpen = !gone && row.nameEdit !== undefined && row.nameEdit.state !== 'synced';
  if (!roleOpen && !nameOpen && !isAccessOpen(row)) fail('NOTHING_TO_RETRY');
  let changed = row;
  if (roleOpen) changed = await retryRole(ctx, changed, cause);
  if (nameOpen) changed = await retryName(ctx, changed, cause);
  return isAccessOpen(changed) ? await retryAccess(ctx, changed, cause) : changed;
}

/**
 * Closes what the outbox gave up on. Our state stands here, and is marked as differing from Clerk's
 * until Clerk agrees, somebody decides anew or sends it again.
 */
export async function dismissPush(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  const failed = await dismissFailed(ctx, row, cause.now);
  const [push, access, nameEdit] = [row.push, row.access, row.nameEdit].map(
    (one) => one?.state === 'failed',
  );
  if (!push && !access && !nameEdit) fail('NOTHING_TO_DISMISS');
  const state = 'differs' as const;
  const changed = await patchUser(ctx, row, {
    ...(push && { push: { ...row.push, state } }),
    ...(access && row.access && { access: { ...row.access, state } }),
    ...(nameEdit && row.nameEdit && { nameEdit: { ...row.nameEdit, state } }),
    updatedAt: cause.now,
  });
  await appendAudit(ctx, cause, {
    action: 'push.dismissed',
    target: `user:${row.externalId}`,
    before: { kinds: failed.map(({ kind }) => kind), state: 'failed' },
    after: { state, role: row.role, isActive: row.isActive },
  });
  return changed;
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
