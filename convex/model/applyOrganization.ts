import { internal } from '../_generated/api';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { appendAudit, type Cause } from './auditLog';
import { clerkPool, refetchOptions } from './pools';
import type { ClerkOrganization } from './validators';
import { judgeArrival, type Via } from './versionRegister';

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
      ctx.db.insert('organizations', {
        ...mirrored(organization),
        externalId,
        createdAt,
        status: 'active',
        updatedAt: cause.now,
        clerk: { updatedAt, instanceId },
      }),
      appendAudit(ctx, cause, { action: 'organization.created', target }),
    ]);
    return 'created';
  }
  if (row.deletedAt !== undefined) return 'tombstoned';
  const known = { ...row.clerk, content: content(row) };
  const verdict = judgeArrival(known, { updatedAt, content: content(organization) }, via);
  if (verdict === 'refetch') await askClerk(ctx, row);
  if (verdict !== 'apply') return verdict;
  const fields = changedFields(row, organization);
  await Promise.all([
    ctx.db.patch('organizations', row._id, {
      ...mirrored(organization),
      createdAt,
      updatedAt: fields.length > 0 ? cause.now : row.updatedAt,
      clerk: { ...row.clerk, updatedAt, instanceId: instanceId ?? row.clerk.instanceId },
    }),
    fields.length > 0
      ? appendAudit(ctx, cause, { action: 'organization.updated', target, after: { fields } })
      : undefined,
  ]);
  return 'updated';
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

function changedFields(row: OrganizationRow, organization: ClerkOrganization): string[] {
  return mirroredNames.filter((name) => row[name] !== organization[name]);
}
