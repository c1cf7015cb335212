import type { MutationCtx } from '../_generated/server';
import { organizationByExternalId } from './applyOrganization';
import { appendAudit, type Cause } from './auditLog';
import { buryMembershipsOf } from './deleteMembership';

/**
 * Rule 3: from here on nothing resurrects this id, and its memberships go with it. A deletion that
 * overtakes the creation leaves a tombstone too.
 */
export async function deleteOrganization(
  ctx: MutationCtx,
  externalId: string,
  cause: Cause,
): Promise<'deleted' | 'alreadyDeleted'> {
  const row = await organizationByExternalId(ctx, externalId);
  if (row !== null && row.deletedAt !== undefined) return 'alreadyDeleted';
  const gone = { status: 'deleted' as const, deletedAt: cause.now, updatedAt: cause.now };
  await Promise.all([
    row === null
      ? ctx.db.insert('organizations', {
          ...gone,
          externalId,
          name: 'Deleted organization',
          createdAt: cause.now,
          clerk: { updatedAt: 0 },
        })
      : ctx.db.patch('organizations', row._id, gone),
    appendAudit(ctx, cause, {
      action: 'organization.deleted',
      target: `organization:${externalId}`,
      before: { status: row?.status ?? null },
      after: { status: 'deleted' },
    }),
  ]);
  await buryMembershipsOf(ctx, { of: 'organization', externalId }, cause);
  return 'deleted';
}
