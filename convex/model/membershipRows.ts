import type { WithoutSystemFields } from 'convex/server';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';

export type MembershipRow = Doc<'memberships'>;
type NewMembership = WithoutSystemFields<MembershipRow>;

/**
 * The only functions that write to `memberships`: they keep the number of members of each
 * organization in the same transaction.
 */
export async function insertMembership(ctx: MutationCtx, fields: NewMembership): Promise<void> {
  await countMembers(ctx, placeOf(fields), 1);
  await ctx.db.insert('memberships', fields);
}

/** A field given as `undefined` is removed. */
export async function patchMembership(
  ctx: MutationCtx,
  row: MembershipRow,
  change: Partial<NewMembership>,
): Promise<void> {
  const [before, after] = [placeOf(row), placeOf({ ...row, ...change })];
  if (before !== after) {
    await countMembers(ctx, before, -1);
    await countMembers(ctx, after, 1);
  }
  await ctx.db.patch('memberships', row._id, change);
}

/** Many at once: each organization's number is written once. */
export async function buryMemberships(
  ctx: MutationCtx,
  rows: readonly MembershipRow[],
  now: number,
): Promise<void> {
  const lost = new Map<string, number>();
  for (const row of rows) {
    const place = placeOf(row);
    if (place !== undefined) lost.set(place, (lost.get(place) ?? 0) + 1);
  }
  for (const [place, members] of lost) await countMembers(ctx, place, -members);
  const gone = { status: 'deleted' as const, deletedAt: now, updatedAt: now };
  await Promise.all(rows.map((row) => ctx.db.patch('memberships', row._id, gone)));
}

/** Members of an organization, from its counter. */
export async function memberCount(ctx: QueryCtx, organizationExternalId: string): Promise<number> {
  const row = await counter(ctx, organizationExternalId);
  return row?.members ?? (await countedByHand(ctx, organizationExternalId));
}

/** The organization in which a membership counts; none while it is not active. */
function placeOf(row: Pick<NewMembership, 'status' | 'organizationExternalId'>) {
  return row.status === 'active' ? row.organizationExternalId : undefined;
}

/** Before the change of the membership itself, so that a first count does not see it yet. */
async function countMembers(
  ctx: MutationCtx,
  organizationExternalId: string | undefined,
  change: number,
): Promise<void> {
  if (organizationExternalId === undefined) return;
  const row = await counter(ctx, organizationExternalId);
  if (row !== null) {
    await ctx.db.patch('memberCounts', row._id, { members: Math.max(0, row.members + change) });
    return;
  }
  const members = Math.max(0, (await countedByHand(ctx, organizationExternalId)) + change);
  await ctx.db.insert('memberCounts', { organizationExternalId, members });
}

async function counter(ctx: Pick<QueryCtx, 'db'>, organizationExternalId: string) {
  return await ctx.db
    .query('memberCounts')
    .withIndex('byOrganization', (q) => q.eq('organizationExternalId', organizationExternalId))
    .unique();
}

/** Memberships older than the counters; Clerk's largest organizations start from here at most once. */
const countedAtOnce = 2_000;

async function countedByHand(
  ctx: Pick<QueryCtx, 'db'>,
  organizationExternalId: string,
): Promise<number> {
  const found = await ctx.db
    .query('memberships')
    .withIndex('byOrganization', (q) =>
      q.eq('organizationExternalId', organizationExternalId).eq('status', 'active'),
    )
    .take(countedAtOnce);
  return found.length;
}
