import { internal } from '../_generated/api';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { userByExternalId } from './access';
import { type MirrorOutcome, organizationByExternalId } from './applyOrganization';
import { appendAudit, type Cause } from './auditLog';
import { insertMembership, type MembershipRow, patchMembership } from './membershipRows';
import { clerkPool, refetchOptions } from './pools';
import type { ClerkMembership } from './validators';
import { judgeArrival, type VersionVerdict, type Via } from './versionRegister';

export interface MembershipArrival {
  membership: ClerkMembership;
  instanceId?: string;
  via: Via;
}

/**
 * The one upsert of memberships (rules 1 to 3). It needs neither the person nor the organization to
 * be there yet; where one of them was deleted, the membership is born as a tombstone.
 */
export async function applyMembership(
  ctx: MutationCtx,
  arrival: MembershipArrival,
  cause: Cause,
): Promise<MirrorOutcome> {
  const { membership, instanceId, via } = arrival;
  const row = await membershipByExternalId(ctx, membership.externalId);
  if (row === null) return await create(ctx, arrival, cause);
  const { updatedAt } = membership;
  const verdict = judgeMembership(row, membership, via);
  if (verdict === 'refetch') await askClerk(ctx, row);
  if (verdict !== 'apply') return verdict;
  const incoming = completed(row, membership);
  const fields = changedMembershipFields(row, incoming);
  await Promise.all([
    patchMembership(ctx, row, {
      ...mirrored(incoming),
      updatedAt: fields.length > 0 ? cause.now : row.updatedAt,
      clerk: { ...row.clerk, updatedAt, instanceId: instanceId ?? row.clerk.instanceId },
    }),
    fields.length > 0
      ? appendAudit(ctx, cause, {
          action: 'membership.updated',
          target: `membership:${row.externalId}`,
          before: { role: row.role },
          after: { role: incoming.role, fields },
        })
      : undefined,
  ]);
  return 'updated';
}

/** Rules 2 and 3 for a membership that has a row; changes nothing. */
export function judgeMembership(
  row: MembershipRow,
  membership: ClerkMembership,
  via: Via,
): VersionVerdict | 'tombstoned' {
  if (row.deletedAt !== undefined) return 'tombstoned';
  const { updatedAt } = membership;
  const known = { ...row.clerk, content: content(row) };
  return judgeArrival(known, { updatedAt, content: content(completed(row, membership)) }, via);
}

/** A payload that does not say whom it is of takes nothing away. */
function completed(row: MembershipRow, membership: ClerkMembership): ClerkMembership {
  return { ...membership, userExternalId: membership.userExternalId ?? row.userExternalId };
}

/** The row of a Clerk membership id, tombstones included. */
export async function membershipByExternalId(
  ctx: Pick<QueryCtx, 'db'>,
  externalId: string,
): Promise<MembershipRow | null> {
  return await ctx.db
    .query('memberships')
    .withIndex('byExternalId', (q) => q.eq('externalId', externalId))
    .unique();
}

/** The row alone, for writers that audit many of them together. */
export async function insertNewMembership(
  ctx: MutationCtx,
  { membership, instanceId }: MembershipArrival,
  { orphaned, now }: { orphaned: boolean; now: number },
): Promise<void> {
  const { externalId, updatedAt } = membership;
  await insertMembership(ctx, {
    ...mirrored(membership),
    externalId,
    status: orphaned ? 'deleted' : 'active',
    deletedAt: orphaned ? now : undefined,
    updatedAt: now,
    clerk: { updatedAt, instanceId },
  });
}

async function create(
  ctx: MutationCtx,
  arrival: MembershipArrival,
  cause: Cause,
): Promise<MirrorOutcome> {
  const { membership } = arrival;
  const { externalId, role } = membership;
  const orphaned = await belongsToDeleted(ctx, membership);
  await Promise.all([
    insertNewMembership(ctx, arrival, { orphaned, now: cause.now }),
    appendAudit(ctx, cause, {
      action: orphaned ? 'membership.buriedAtBirth' : 'membership.created',
      target: `membership:${externalId}`,
      after: {
        organization: membership.organizationExternalId,
        user: membership.userExternalId ?? null,
        role,
      },
    }),
  ]);
  return orphaned ? 'tombstoned' : 'created';
}

/** Delete wins (rule 3), also over what hangs on the deleted. */
export async function belongsToDeleted(
  ctx: QueryCtx,
  { organizationExternalId, userExternalId }: ClerkMembership,
): Promise<boolean> {
  const [organization, user] = await Promise.all([
    organizationByExternalId(ctx, organizationExternalId),
    userExternalId === undefined ? null : userByExternalId(ctx, userExternalId),
  ]);
  return (
    organization?.deletedAt !== undefined ||
    user?.deletedAt !== undefined ||
    user?.heldDeletionAt !== undefined
  );
}

/** Clerk finds a membership by its organization and its person only. */
async function askClerk(ctx: MutationCtx, row: MembershipRow): Promise<void> {
  const { externalId, organizationExternalId, userExternalId } = row;
  if (organizationExternalId === undefined || userExternalId === undefined) return;
  const ask = (row.clerk.refetch ?? 0) + 1;
  await ctx.db.patch('memberships', row._id, { clerk: { ...row.clerk, refetch: ask } });
  await clerkPool.enqueueAction(
    ctx,
    internal.clerk.refetchMembership,
    { externalId, organizationExternalId, userExternalId, ask },
    refetchOptions,
  );
}

const mirroredNames = [
  'organizationExternalId',
  'userExternalId',
  'role',
  'permissions',
  'publicMetadata',
  'joinedAt',
] as const;
type Mirrored = Partial<Pick<ClerkMembership, (typeof mirroredNames)[number]>>;

function mirrored(membership: ClerkMembership) {
  const { externalId: _, updatedAt: __, ...fields } = membership;
  return fields;
}

function content(facts: Mirrored): string {
  return JSON.stringify(mirroredNames.map((name) => facts[name] ?? null));
}

export function changedMembershipFields(row: MembershipRow, membership: ClerkMembership): string[] {
  return mirroredNames.filter(
    (name) => JSON.stringify(row[name]) !== JSON.stringify(membership[name]),
  );
}
