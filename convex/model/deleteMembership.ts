import { internal } from '../_generated/api';
import type { MutationCtx } from '../_generated/server';
import { membershipByExternalId } from './applyMembership';
import { appendAudit, type Cause } from './auditLog';
import { membershipsBuriedAtOnce } from './limits';
import { buryMemberships, insertMembership, type MembershipRow } from './membershipRows';

/** Rule 3 for one membership; a deletion that overtakes the creation leaves a tombstone too. */
export async function deleteMembership(
  ctx: MutationCtx,
  externalId: string,
  cause: Cause,
): Promise<'deleted' | 'alreadyDeleted'> {
  const row = await membershipByExternalId(ctx, externalId);
  if (row !== null && row.deletedAt !== undefined) return 'alreadyDeleted';
  await Promise.all([
    row === null
      ? insertTombstone(ctx, externalId, cause.now)
      : buryMemberships(ctx, [row], cause.now),
    appendAudit(ctx, cause, {
      action: 'membership.deleted',
      target: `membership:${externalId}`,
      before: row === null ? { status: null } : { status: row.status, ...placeAndRole(row) },
      after: { status: 'deleted' },
    }),
  ]);
  return 'deleted';
}

function placeAndRole({ role, organizationExternalId, userExternalId }: MembershipRow) {
  return { organization: organizationExternalId ?? null, user: userExternalId ?? null, role };
}

/** Whose memberships go: those of a deleted person or of a deleted organization. */
export interface Deceased {
  of: 'user' | 'organization';
  externalId: string;
}

/**
 * Buries what a deleted person or organization leaves behind: the first memberships in the caller's
 * transaction, the rest by jobs. Those that arrive later are born as tombstones.
 */
export async function buryMembershipsOf(
  ctx: MutationCtx,
  deceased: Deceased,
  cause: Cause,
): Promise<void> {
  const left = await activeMembershipsOf(ctx, deceased);
  if (left.length === 0) return;
  const batch = left.slice(0, membershipsBuriedAtOnce);
  await Promise.all([
    buryMemberships(ctx, batch, cause.now),
    appendAudit(ctx, cause, {
      action: 'memberships.deleted',
      target: `${deceased.of}:${deceased.externalId}`,
      before: { status: 'active', memberships: batch.map((row) => row.externalId) },
      after: { status: 'deleted' },
    }),
  ]);
  if (left.length > batch.length) {
    const { correlationId } = cause;
    await ctx.scheduler.runAfter(0, internal.clerk.buryMemberships, { deceased, correlationId });
  }
}

async function activeMembershipsOf(
  ctx: MutationCtx,
  { of, externalId }: Deceased,
): Promise<MembershipRow[]> {
  const memberships = ctx.db.query('memberships');
  const found =
    of === 'user'
      ? memberships.withIndex('byUser', (q) =>
          q.eq('userExternalId', externalId).eq('status', 'active'),
        )
      : memberships.withIndex('byOrganization', (q) =>
          q.eq('organizationExternalId', externalId).eq('status', 'active'),
        );
  return await found.take(membershipsBuriedAtOnce + 1);
}

async function insertTombstone(ctx: MutationCtx, externalId: string, now: number): Promise<void> {
  await insertMembership(ctx, {
    externalId,
    role: 'unknown',
    permissions: [],
    status: 'deleted',
    joinedAt: now,
    updatedAt: now,
    clerk: { updatedAt: 0 },
    deletedAt: now,
  });
}
