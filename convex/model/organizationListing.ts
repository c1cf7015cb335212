import type { PaginationOptions, PaginationResult } from 'convex/server';
import { type Infer, v } from 'convex/values';
import type { RecordStatus } from '../../src/shared/organizations';
import { searchLengthMax } from '../../src/shared/people';
import type { QueryCtx } from '../_generated/server';
import { userByExternalId } from './access';
import { organizationByExternalId, type OrganizationRow } from './applyOrganization';
import { boundedPage } from './listing';
import { memberCount, type MembershipRow } from './membershipRows';
import { recordStatus, roleValidator, userState } from './validators';

/** What leaves the database, field by field (E5). */
export const organizationView = v.object({
  _id: v.id('organizations'),
  externalId: v.string(),
  name: v.string(),
  slug: v.optional(v.string()),
  imageUrl: v.optional(v.string()),
  /** Canonical JSON text. */
  publicMetadata: v.optional(v.string()),
  status: recordStatus,
  /** Active memberships, from a counter. */
  members: v.number(),
  createdAt: v.number(),
  updatedAt: v.number(),
  deletedAt: v.optional(v.number()),
});

export const memberView = v.object({
  externalId: v.string(),
  /** Clerk's organization role. */
  role: v.string(),
  permissions: v.array(v.string()),
  status: recordStatus,
  joinedAt: v.number(),
  /** Clerk user id; null while Clerk has not said whom the membership is of. */
  userExternalId: v.union(v.string(), v.null()),
  /** Null while the person has not arrived. */
  user: v.union(
    v.object({
      _id: v.id('users'),
      name: v.string(),
      email: v.optional(v.string()),
      imageUrl: v.optional(v.string()),
      role: roleValidator,
      state: userState,
    }),
    v.null(),
  ),
});
type Member = Infer<typeof memberView>;

/** By name, or by relevance to a search. */
export async function listOrganizations(
  ctx: QueryCtx,
  { paginationOpts, status = 'active', search: asked = '' }: OrganizationRequest,
): Promise<PaginationResult<Infer<typeof organizationView>>> {
  const options = boundedPage(paginationOpts);
  const search = asked.trim().slice(0, searchLengthMax);
  const organizations = ctx.db.query('organizations');
  const page =
    search === ''
      ? await organizations.withIndex('byStatus', (q) => q.eq('status', status)).paginate(options)
      : await organizations
          .withSearchIndex('search', (q) => q.search('name', search).eq('status', status))
          .paginate(options);
  return { ...page, page: await Promise.all(page.page.map((row) => toOrganization(ctx, row))) };
}

interface OrganizationRequest {
  paginationOpts: PaginationOptions;
  status?: RecordStatus;
  search?: string;
}

export async function toOrganization(
  ctx: QueryCtx,
  row: OrganizationRow,
): Promise<Infer<typeof organizationView>> {
  return {
    _id: row._id,
    externalId: row.externalId,
    name: row.name,
    slug: row.slug,
    imageUrl: row.imageUrl,
    publicMetadata: row.publicMetadata,
    status: row.status,
    members: await memberCount(ctx, row.externalId),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    deletedAt: row.deletedAt,
  };
}

/** Memberships of an organization in one status, each joined with its person by Clerk id. */
export async function listMembers(
  ctx: QueryCtx,
  organizationExternalId: string,
  {
    paginationOpts,
    status = 'active',
  }: { paginationOpts: PaginationOptions; status?: RecordStatus },
): Promise<PaginationResult<Member>> {
  const page = await ctx.db
    .query('memberships')
    .withIndex('byOrganization', (q) =>
      q.eq('organizationExternalId', organizationExternalId).eq('status', status),
    )
    .paginate(boundedPage(paginationOpts));
  return { ...page, page: await Promise.all(page.page.map((row) => toMember(ctx, row))) };
}

async function toMember(ctx: QueryCtx, membership: MembershipRow): Promise<Member> {
  const { externalId, role, permissions, status, joinedAt, userExternalId } = membership;
  const user = userExternalId === undefined ? null : await userByExternalId(ctx, userExternalId);
  return {
    externalId,
    role,
    permissions,
    status,
    joinedAt,
    userExternalId: userExternalId ?? null,
    user: user && {
      _id: user._id,
      name: user.name,
      email: user.email,
      imageUrl: user.imageUrl,
      role: user.role,
      state: user.state,
    },
  };
}

export const personMembershipView = v.object({
  externalId: v.string(),
  /** Clerk's organization role. */
  role: v.string(),
  permissions: v.array(v.string()),
  status: recordStatus,
  joinedAt: v.number(),
  /** Null while the organization has not arrived. */
  organization: v.union(
    v.object({
      _id: v.id('organizations'),
      name: v.string(),
      imageUrl: v.optional(v.string()),
      status: recordStatus,
    }),
    v.null(),
  ),
});

/** Active memberships of a person, each joined with its organization by Clerk id. */
export async function listMemberships(
  ctx: QueryCtx,
  userExternalId: string,
  paginationOpts: PaginationOptions,
): Promise<PaginationResult<Infer<typeof personMembershipView>>> {
  const page = await ctx.db
    .query('memberships')
    .withIndex('byUser', (q) => q.eq('userExternalId', userExternalId).eq('status', 'active'))
    .paginate(boundedPage(paginationOpts));
  const joined = page.page.map(async (row) => {
    const { externalId, role, permissions, status, joinedAt, organizationExternalId } = row;
    const found =
      organizationExternalId === undefined
        ? null
        : await organizationByExternalId(ctx, organizationExternalId);
    const organization = found && {
      _id: found._id,
      name: found.name,
      imageUrl: found.imageUrl,
      status: found.status,
    };
    return { externalId, role, permissions, status, joinedAt, organization };
  });
  return { ...page, page: await Promise.all(joined) };
}
