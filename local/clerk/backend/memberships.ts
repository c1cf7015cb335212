import { assertMetadataFits, mergeMetadata } from '../actions/metadata';
import { newMembership } from '../actions/organizations';
import { ClerkError, invalidParam } from '../http/clerk-error';
import { route, type Reply, type RequestContext, type Route } from '../http/router';
import { isOrganizationRole, membershipResource } from '../resources/organization';
import { viewOf } from '../resources/view';
import {
  membershipOrders,
  type JoinedMembership,
  type MembershipFilter,
} from '../store/organization-query';
import type { MembershipEntity, UserEntity } from '../store/types';
import { requireOrganization } from './organization-access';
import { originOf } from './origin';
import { listParam, metadata, orderParam, pageOf, requiredText } from './params';
import { requireUser, userNotFound } from './user-access';
import { userFilterOf } from './user-list';

const orderNames = Object.keys(membershipOrders) as (keyof typeof membershipOrders)[];
const newestFirst = { orderBy: 'created_at', descending: true } as const;

function membershipPage(ctx: RequestContext, filter: MembershipFilter): Reply {
  const { organizations } = ctx.services.store;
  const order = orderParam(ctx.query, orderNames, newestFirst);
  const found = organizations.memberships(filter, { ...order, ...pageOf(ctx.query) });
  const total = organizations.countMemberships(filter);
  return { json: { data: found.map((joined) => joinedJson(ctx, joined)), total_count: total } };
}

function joinedJson(ctx: RequestContext, joined: JoinedMembership): Record<string, unknown> {
  return membershipResource(joined.membership, joined, viewOf(ctx.services, 'backend'));
}

/** Every membership of the instance, for backfills. */
function listAllMemberships(ctx: RequestContext): Reply {
  return membershipPage(ctx, {});
}

function listOrganizationMemberships(ctx: RequestContext): Reply {
  const { id } = requireOrganization(ctx);
  return membershipPage(ctx, {
    organizationId: id,
    role: listParam(ctx.query, 'role'),
    user: userFilterOf(ctx.query),
  });
}

function listUserMemberships(ctx: RequestContext): Reply {
  const { id } = requireUser(ctx);
  return membershipPage(ctx, { user: { userId: { include: [id], exclude: [] } } });
}

function createMembership(ctx: RequestContext): Reply {
  const { body, services } = ctx;
  const organization = requireOrganization(ctx);
  const role = roleOf(body);
  const userId = requiredText(body, 'user_id');
  const user = services.store.get('users', userId);
  if (!user) throw userNotFound(userId);
  const place = { organizationId: organization.id, userId };
  const draft = newMembership(services.clock.now(), {
    ...place,
    role,
    publicMetadata: assertMetadataFits('public_metadata', metadata(body, 'public_metadata') ?? {}),
    privateMetadata: assertMetadataFits(
      'private_metadata',
      metadata(body, 'private_metadata') ?? {},
    ),
  });
  const membership = services.store.transact((tx) => {
    if (tx.first('memberships', place)) throw alreadyMember();
    const { maxAllowedMemberships: limit } = organization;
    if (limit > 0 && tx.count('memberships', { organizationId: organization.id }) >= limit) {
      throw quotaExceeded(limit);
    }
    return tx.insert('memberships', draft);
  }, originOf(ctx));
  return { json: joinedJson(ctx, { membership, organization, user }) };
}

function changeMembership(
  patchOf: (ctx: RequestContext, membership: MembershipEntity) => Partial<MembershipEntity>,
) {
  return (ctx: RequestContext): Reply => {
    const { membership, organization, user } = requireMembership(ctx);
    const patch = patchOf(ctx, membership);
    const updated = ctx.services.store.transact(
      (tx) => tx.update('memberships', membership.id, patch),
      originOf(ctx),
    );
    return { json: joinedJson(ctx, { membership: updated, organization, user }) };
  };
}

const updateRole = changeMembership((ctx) => ({ role: roleOf(ctx.body) }));

const mergeMembershipMetadata = changeMembership((ctx, membership) => {
  const given = {
    public: metadata(ctx.body, 'public_metadata'),
    private: metadata(ctx.body, 'private_metadata'),
  };
  const merge = (name: string, current: MembershipEntity['publicMetadata'], patch = {}) =>
    assertMetadataFits(name, mergeMetadata(current, patch));
  return {
    publicMetadata: merge('public_metadata', membership.publicMetadata, given.public),
    privateMetadata: merge('private_metadata', membership.privateMetadata, given.private),
  };
});

function removeMembership(ctx: RequestContext): Reply {
  const joined = requireMembership(ctx);
  ctx.services.store.transact(
    (tx) => tx.remove('memberships', joined.membership.id),
    originOf(ctx),
  );
  return { json: joinedJson(ctx, joined) };
}

function requireMembership(ctx: RequestContext): JoinedMembership {
  const organization = requireOrganization(ctx);
  const userId = ctx.params.userId ?? '';
  const place = { organizationId: organization.id, userId };
  const membership = ctx.services.store.first('memberships', place);
  const user: UserEntity | null = ctx.services.store.get('users', userId);
  if (membership && user) return { membership, organization, user };
  throw new ClerkError(404, {
    code: 'resource_not_found',
    message: 'not found',
    longMessage: 'Organization membership not found.',
  });
}

export function roleOf(body: Record<string, unknown>): string {
  const role = requiredText(body, 'role');
  if (isOrganizationRole(role)) return role;
  throw invalidParam(
    'role',
    `${role} does not match the allowed values for parameter role. Allowed values: org:admin, org:member`,
  );
}

function alreadyMember(): ClerkError {
  return new ClerkError(400, {
    code: 'already_a_member_in_organization',
    message: 'already a member',
    longMessage: 'User is already a member of the organization.',
  });
}

function quotaExceeded(limit: number): ClerkError {
  return new ClerkError(403, {
    code: 'organization_membership_quota_exceeded',
    message: 'organization membership quota exceeded',
    longMessage: `You have reached your limit of ${limit} organization memberships.`,
  });
}

const ofOne = '/v1/organizations/:organizationId/memberships/:userId';

export const membershipRoutes: readonly Route[] = [
  route('GET', '/v1/organization_memberships', listAllMemberships),
  route('GET', '/v1/organizations/:organizationId/memberships', listOrganizationMemberships),
  route('POST', '/v1/organizations/:organizationId/memberships', createMembership),
  route('PATCH', ofOne, updateRole),
  route('PATCH', `${ofOne}/metadata`, mergeMembershipMetadata),
  route('DELETE', ofOne, removeMembership),
  route('GET', '/v1/users/:userId/organization_memberships', listUserMemberships),
];
