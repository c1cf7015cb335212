import { appConfig } from '../../app.config';
import { defaultRole, ownerRole } from '../../src/shared/roles';
import type { MutationCtx } from '../_generated/server';
import { userByExternalId } from './access';
import { appendAudit, type Cause } from './auditLog';
import { buryMembershipsOf } from './deleteMembership';
import { scrubPayloadsOf } from './deliveryPayloads';
import { leavesNoOwner } from './lastOwner';
import { closeOpen } from './intents';
import { forgetChangesOf } from './sync/retention';
import {
  insertUser,
  otherActiveOwners,
  patchUser,
  type UserChange,
  type UserRow,
} from './userRows';

export type DeletionMode = typeof appConfig.deletedUsers;
export type DeletionResult = 'deleted' | 'alreadyDeleted' | 'held';

/**
 * Rule 3: from here on nothing resurrects this id. A deletion that overtakes the creation leaves a
 * tombstone too. The last active owner's deletion is held (rule 7): the row stays, without access.
 */
export async function deleteClerkUser(
  ctx: MutationCtx,
  externalId: string,
  cause: Cause,
  mode: DeletionMode = appConfig.deletedUsers,
): Promise<DeletionResult> {
  const row = await userByExternalId(ctx, externalId);
  if (row === null) {
    await insertTombstone(ctx, externalId, cause);
    // A dry run may have seen them.
    if (mode === 'erase') await forgetWhatWasSaidOf(ctx, externalId);
    await buryMembershipsOf(ctx, { of: 'user', externalId }, cause);
    return 'deleted';
  }
  if (row.deletedAt !== undefined || row.heldDeletionAt !== undefined) return 'alreadyDeleted';
  const after = { ...row, isActive: false, deletedAt: cause.now };
  if (leavesNoOwner(row, after, await otherActiveOwners(ctx, row))) {
    await closeOpen(ctx, row, { as: 'superseded', now: cause.now });
    await patchUser(ctx, row, {
      heldDeletionAt: cause.now,
      // There is nobody left in Clerk to push to.
      push: { state: 'synced' },
      access: undefined,
      nameEdit: undefined,
      heldRole: undefined,
      updatedAt: cause.now,
    });
    await appendAudit(ctx, cause, {
      action: 'user.deletionHeld',
      target: `user:${externalId}`,
      before: { role: row.role, state: row.state },
      after: { role: row.role, because: 'the last active owner was deleted in Clerk' },
      alarm: true,
    });
    await buryMembershipsOf(ctx, { of: 'user', externalId }, cause);
    return 'held';
  }
  await bury(ctx, row, cause, mode);
  await buryMembershipsOf(ctx, { of: 'user', externalId }, cause);
  return 'deleted';
}

/** Carries out held deletions; called whenever somebody became an active owner. */
export async function releaseHeldDeletions(ctx: MutationCtx, cause: Cause): Promise<void> {
  const owners = await ctx.db
    .query('users')
    .withIndex('byName', (q) => q.eq('state', 'active').eq('role', ownerRole))
    .take(100);
  for (const row of owners) {
    if (row.heldDeletionAt === undefined) continue;
    if (!owners.some((other) => other.heldDeletionAt === undefined)) return;
    await bury(ctx, row, cause, appConfig.deletedUsers);
  }
}

async function bury(
  ctx: MutationCtx,
  row: UserRow,
  cause: Cause,
  mode: DeletionMode,
): Promise<void> {
  await closeOpen(ctx, row, { as: 'superseded', now: cause.now });
  await patchUser(ctx, row, {
    isActive: false,
    deletedAt: cause.now,
    heldDeletionAt: undefined,
    push: { state: 'synced' },
    access: undefined,
    nameEdit: undefined,
    heldRole: undefined,
    updatedAt: cause.now,
    ...(mode === 'erase' ? erased(row) : {}),
  });
  await appendAudit(ctx, cause, {
    action: mode === 'erase' ? 'user.erased' : 'user.deleted',
    target: `user:${row.externalId}`,
    before: { role: row.role, state: row.state },
    after: { state: 'deleted' },
  });
  if (mode === 'erase') await forgetWhatWasSaidOf(ctx, row.externalId);
}

/** B5: elsewhere than in the row. */
async function forgetWhatWasSaidOf(ctx: MutationCtx, externalId: string): Promise<void> {
  await scrubPayloadsOf(ctx, externalId);
  await forgetChangesOf(ctx, externalId);
}

/** B5: nothing personal is left but the id, which must stay so that nothing resurrects it. */
function erased(row: UserRow): UserChange {
  return {
    name: 'Deleted user',
    firstName: undefined,
    lastName: undefined,
    email: undefined,
    imageUrl: undefined,
    publicMetadata: undefined,
    lastLoginAt: undefined,
    lastSignInAt: undefined,
    role: defaultRole,
    roleIssue: undefined,
    clerk: { updatedAt: row.clerk.updatedAt, instanceId: row.clerk.instanceId },
  };
}

async function insertTombstone(ctx: MutationCtx, externalId: string, cause: Cause): Promise<void> {
  await insertUser(ctx, {
    externalId,
    name: 'Deleted user',
    role: defaultRole,
    isActive: false,
    createdAt: cause.now,
    updatedAt: cause.now,
    clerk: { updatedAt: 0 },
    roleRev: 0,
    roleSource: 'default',
    roleDecidedAt: 0,
    push: { state: 'synced' },
    deletedAt: cause.now,
  });
  await appendAudit(ctx, cause, {
    action: 'user.deleted',
    target: `user:${externalId}`,
    before: { state: null },
    after: { state: 'deleted' },
  });
}
