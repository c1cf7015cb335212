import type { MutationCtx } from '../_generated/server';
import { ownerRole } from '../../src/shared/roles';
import { appendAudit, type Cause } from './auditLog';
import { deleteClerkUser, releaseHeldDeletions } from './deleteClerkUser';
import { fail } from './errors';
import { leavesNoOwner } from './lastOwner';
import { closeOpen, givenUp, queueAccess } from './intents';
import { otherActiveOwners, patchUser, type UserRow } from './userRows';

/**
 * Rule 9. Deactivating cuts access in the caller's transaction: the next call and every open live
 * query find the row inactive. Clerk's ban follows by outbox and changes nothing about the cut. The
 * caller has checked permission. Where the row and Clerk say so already, nothing changes.
 */
export async function deactivate(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  refuseDeleted(row);
  if (leavesNoOwner(row, { ...row, isActive: false }, await otherActiveOwners(ctx, row))) {
    fail('LAST_OWNER');
  }
  return await changeAccess(ctx, row, false, cause);
}

/** Lets a person back in, here at once and in Clerk by outbox. */
export async function reactivate(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  refuseDeleted(row);
  const changed = await changeAccess(ctx, row, true, cause);
  if (!row.isActive && row.role === ownerRole) await releaseHeldDeletions(ctx, cause);
  return changed;
}

function refuseDeleted(row: UserRow): void {
  if (row.deletedAt !== undefined || row.heldDeletionAt !== undefined) fail('USER_DELETED');
}

/**
 * Deletes a person here at once, with a tombstone as after a deletion in Clerk, and in Clerk by
 * outbox. Cannot be undone: nothing resurrects the id.
 */
export async function remove(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  refuseDeleted(row);
  if (leavesNoOwner(row, { ...row, isActive: false }, await otherActiveOwners(ctx, row))) {
    fail('LAST_OWNER');
  }
  await deleteClerkUser(ctx, row.externalId, cause);
  const buried = await ctx.db.get('users', row._id);
  if (buried === null) throw new Error('a tombstone is not there');
  // Counts on from the last decision, so that nothing still under way is taken for this one.
  return await sendAccess(ctx, buried, { isActive: false, since: row.access?.rev }, cause);
}

async function changeAccess(
  ctx: MutationCtx,
  row: UserRow,
  isActive: boolean,
  cause: Cause,
): Promise<UserRow> {
  const underWay = row.access !== undefined && row.access.state !== 'synced';
  if (row.isActive === isActive && (underWay || agrees(row))) return row;
  const changed = await sendAccess(ctx, row, { isActive, since: row.access?.rev }, cause);
  await appendAudit(ctx, cause, {
    action: isActive ? 'user.reactivated' : 'user.deactivated',
    target: `user:${row.externalId}`,
    before: { isActive: row.isActive, banned: row.clerk.banned ?? false },
    after: { isActive, rev: changed.access?.rev ?? 0 },
  });
  return changed;
}

/**
 * Whether `retryPush` has something to do about access. A ban or unban made in Clerk itself is no
 * push of ours: overruling it takes the permission to deactivate or reactivate.
 */
export function isAccessOpen(row: UserRow): boolean {
  return row.access !== undefined && row.access.state !== 'synced';
}

/** Sends the decision that stands to Clerk once more. */
export async function retryAccess(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  const changed = await resend(ctx, row, cause);
  await appendAudit(ctx, cause, {
    action: 'access.pushRetried',
    target: `user:${row.externalId}`,
    before: { push: row.access?.state ?? null },
    after: { isActive: row.isActive, rev: changed.access?.rev ?? 0 },
  });
  return changed;
}

/**
 * Compares the row with what Clerk says now; called for payloads that the version register let
 * through, and when a push of ours ended.
 *
 * - Both agree: a push that had been given up on has arrived after all.
 * - Clerk differs because a request that we stopped waiting for landed after a newer one: the
 *   decision that stands goes out again, once per such request.
 * - Clerk differs otherwise: somebody banned or unbanned there. That is shown on the row and never
 *   followed: access here is decided here, and nobody is cut off or let in silently.
 */
export async function compareAccess(
  ctx: MutationCtx,
  { row, bannedBefore }: { row: UserRow; bannedBefore: boolean },
  cause: Cause,
): Promise<UserRow> {
  const target = `user:${row.externalId}`;
  const { access } = row;
  const banned = row.clerk.banned ?? false;
  if (row.deletedAt !== undefined || row.heldDeletionAt !== undefined) return row;
  if (agrees(row)) {
    if (access === undefined || !givenUp(access)) return row;
    await closeOpen(ctx, row, { as: 'done', of: 'access', now: cause.now });
    return await patchUser(ctx, row, { access: { state: 'synced', rev: access.rev } });
  }
  // What is on its way will settle it, and what was given up on is shown already.
  if (access !== undefined && access.state !== 'synced') return row;
  if (access !== undefined && (await tookLateRequest(ctx, row, banned ? 'ban' : 'unban'))) {
    await appendAudit(ctx, cause, {
      action: 'access.pushOvertaken',
      target,
      before: { banned: bannedBefore },
      after: { banned, isActive: row.isActive },
    });
    return await resend(ctx, row, cause);
  }
  if (banned !== bannedBefore) {
    await appendAudit(ctx, cause, {
      action: banned ? 'user.bannedInClerk' : 'user.unbannedInClerk',
      target,
      before: { banned: bannedBefore },
      after: { banned, isActive: row.isActive },
      alarm: true,
    });
  }
  return row;
}

function agrees(row: UserRow): boolean {
  return (row.clerk.banned ?? false) === !row.isActive;
}

/** The decision that stands, with a revision of its own. */
async function resend(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  return await sendAccess(ctx, row, { isActive: row.isActive, since: row.access?.rev }, cause);
}

/** Writes a decision that follows revision `since` and queues it. */
async function sendAccess(
  ctx: MutationCtx,
  row: UserRow,
  { isActive, since = 0 }: { isActive: boolean; since: number | undefined },
  cause: Cause,
): Promise<UserRow> {
  const changed = await patchUser(ctx, row, {
    isActive,
    access: { state: 'pending', rev: since + 1 },
    updatedAt: cause.now,
  });
  await queueAccess(ctx, changed, cause.now);
  return changed;
}

/** Uses up one request of that kind whose end was never known, if there is one. */
async function tookLateRequest(
  ctx: MutationCtx,
  row: UserRow,
  kind: 'ban' | 'unban',
): Promise<boolean> {
  const recent = await ctx.db
    .query('roleIntents')
    .withIndex('byUser', (q) => q.eq('userId', row._id))
    .order('desc')
    .take(100);
  const late = recent.find((intent) => intent.kind === kind && (intent.doubts ?? 0) > 0);
  if (late === undefined) return false;
  await ctx.db.patch('roleIntents', late._id, { doubts: (late.doubts ?? 0) - 1 });
  return true;
}
