import { internal } from '../_generated/api';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { appendAudit, type Cause } from './auditLog';
import { clerkPool, refetchOptions } from './pools';
import type { ClerkOrganization } from './validators';
import { judgeArrival, type VersionVerdict, type Via } from './versionRegister';

export type OrganizationRow = Doc<'organizations'>;

/** What became of an arrival of a record that we only mirror. */
export type MirrorOutcome =
  'created' | 'updated' | 'stale' | 'duplicate' | 'refetch' | 'tombstoned';

export interface OrganizationArrival {
  organization: ClerkOrganization;
  instanceId?: string;
  via: Via;
}

/** The one upsert of organizations (rules 1 to 3): an update before the creation creates. */
export async function applyOrganization(
  ctx: MutationCtx,
  { organization, instanceId, via }: OrganizationArrival,
  cause: Cause,
): Promise<MirrorOutcome> {
  const { externalId, updatedAt, createdAt } = organization;
  const target = `organization:${externalId}`;
  const row = await organizationByExternalId(ctx, externalId);
  if (row === null) {
    await Promise.all([
      insertOrganization(ctx, { organization, instanceId, via }, cause.now),
      appendAudit(ctx, cause, {
        action: 'organization.created',
        target,
        after: { status: 'active', clerkUpdatedAt: updatedAt },
      }),
    ]);
    return 'created';
  }
  const verdict = judgeOrganization(row, organization, via);
  if (verdict === 'tombstoned') return verdict;
  if (verdict === 'refetch') await askClerk(ctx, row);
  if (verdict !== 'apply') return verdict;
  const fields = changedOrganizationFields(row, organization);
  await Promise.all([
    ctx.db.patch('organizations', row._id, {
      ...mirrored(organization),
      createdAt,
      updatedAt: fields.length > 0 ? cause.now : row.updatedAt,
      clerk: { ...row.clerk, updatedAt, instanceId: instanceId ?? row.clerk.instanceId },
    }),
    fields.length > 0
      ? appendAudit(ctx, cause, {
          action: 'organization.updated',
          target,
          before: { clerkUpdatedAt: row.clerk.updatedAt },
          // Names of fields, never values, as for people.
          after: { clerkUpdatedAt: updatedAt, fields },
        })
      : undefined,
  ]);
  return 'updated';
}

/** The row alone, for writers that audit many of them together. */
export async function insertOrganization(
  ctx: MutationCtx,
  { organization, instanceId }: OrganizationArrival,
  now: number,
): Promise<void> {
  const { externalId, updatedAt, createdAt } = organization;
  await ctx.db.insert('organizations', {
    ...mirrored(organization),
    externalId,
    createdAt,
    status: 'active',
    updatedAt: now,
    clerk: { updatedAt, instanceId },
  });
}

/** Rules 2 and 3; changes nothing. */
export function judgeOrganization(
  row: OrganizationRow,
  organization: ClerkOrganization,
  via: Via,
): VersionVerdict | 'tombstoned' {
  if (row.deletedAt !== undefined) return 'tombstoned';
  const { updatedAt } = organization;
  const known = { ...row.clerk, content: content(row) };
  return judgeArrival(known, { updatedAt, content: content(organization) }, via);
}

/** The row of a Clerk organization id, tombstones included. */
export async function organizationByExternalId(
  ctx: Pick<QueryCtx, 'db'>,
  externalId: string,
): Promise<OrganizationRow | null> {
  return await ctx.db
    .query('organizations')
    .withIndex('byExternalId', (q) => q.eq('externalId', externalId))
    .unique();
}

async function askClerk(ctx: MutationCtx, row: OrganizationRow): Promise<void> {
  const ask = (row.clerk.refetch ?? 0) + 1;
  await ctx.db.patch('organizations', row._id, { clerk: { ...row.clerk, refetch: ask } });
  await clerkPool.enqueueAction(
    ctx,
    internal.clerk.refetchOrganization,
    { externalId: row.externalId, ask },
    refetchOptions,
  );
}

const mirroredNames = ['name', 'slug', 'imageUrl', 'publicMetadata'] as const;
type Mirrored = Pick<ClerkOrganization, (typeof mirroredNames)[number]>;

function mirrored({ name, slug, imageUrl, publicMetadata }: Mirrored): Mirrored {
  return { name, slug, imageUrl, publicMetadata };
}

function content(facts: Mirrored): string {
  return JSON.stringify(mirroredNames.map((name) => facts[name] ?? null));
}

export function changedOrganizationFields(
  row: OrganizationRow,
  organization: ClerkOrganization,
): string[] {
  return mirroredNames.filter((name) => row[name] !== organization[name]);
}
