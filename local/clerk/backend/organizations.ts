import { assertMetadataFits, mergeMetadata } from '../actions/metadata';
import { deleteOrganization, newMembership, newOrganization } from '../actions/organizations';
import { identifierTaken } from '../actions/identifiers';
import { ClerkError, invalidParam, missingParam } from '../http/clerk-error';
import { route, type Reply, type RequestContext, type Route } from '../http/router';
import { deletedResource } from '../resources/deleted';
import { organizationOrders } from '../store/organization-query';
import type { Metadata, OrganizationEntity } from '../store/types';
import { organizationJson, organizationReply, requireOrganization } from './organization-access';
import { originOf } from './origin';
import {
  allowOnly,
  flag,
  flagParam,
  metadata,
  nameText,
  orderParam,
  pageOf,
  requiredText,
  selectionParam,
  text,
  textParam,
  time,
  whole,
} from './params';
import { acceptsMetadataInUpdates } from './user-metadata';

const orderNames = Object.keys(organizationOrders) as (keyof typeof organizationOrders)[];

function listOrganizations(ctx: RequestContext): Reply {
  const { query, services } = ctx;
  const filter = {
    query: textParam(query, 'query'),
    userId: selectionParam(query, 'user_id'),
    organizationId: selectionParam(query, 'organization_id'),
  };
  const order = orderParam(query, orderNames, { orderBy: 'created_at', descending: true });
  const members = flagParam(query, 'include_members_count') ?? false;
  const { organizations } = services.store;
  const found = organizations.list(filter, { ...order, ...pageOf(query) });
  return {
    json: {
      data: found.map((organization) => organizationJson(ctx, organization, { members })),
      total_count: organizations.count(filter),
    },
  };
}

function getOrganization(ctx: RequestContext): Reply {
  const members = flagParam(ctx.query, 'include_members_count') ?? false;
  return organizationReply(ctx, requireOrganization(ctx, true), { members });
}

function createOrganization(ctx: RequestContext): Reply {
  const { body, services } = ctx;
  const now = services.clock.now();
  const createdBy = text(body, 'created_by') ?? null;
  if (createdBy !== null && !services.store.get('users', createdBy))
    throw creatorNotFound(createdBy);
  const name = nameOf(body);
  const draft = newOrganization(now, {
    name,
    slug: slugOf(body) ?? slugFrom(name, now),
    createdBy,
    ...limitOf(body),
    publicMetadata: assertMetadataFits('public_metadata', metadata(body, 'public_metadata') ?? {}),
    privateMetadata: assertMetadataFits(
      'private_metadata',
      metadata(body, 'private_metadata') ?? {},
    ),
    createdAt: time(body, 'created_at') ?? now,
  });
  const organization = services.store.transact((tx) => {
    if (tx.first('organizations', { slug: draft.slug })) throw identifierTaken('slug', 'slug');
    const inserted = tx.insert('organizations', draft);
    if (createdBy !== null) {
      const place = { organizationId: draft.id, userId: createdBy, role: 'org:admin' };
      tx.insert('memberships', newMembership(now, place));
    }
    return inserted;
  }, originOf(ctx));
  return organizationReply(ctx, organization, { members: true });
}

const updateFields = [
  'name',
  'slug',
  'max_allowed_memberships',
  'admin_delete_enabled',
  'created_at',
  'role_set_key',
] as const;
const metadataFields = ['public_metadata', 'private_metadata'] as const;

function updateOrganization(ctx: RequestContext): Reply {
  const { body, services } = ctx;
  const organization = requireOrganization(ctx);
  const withMetadata = acceptsMetadataInUpdates(ctx);
  allowOnly(body, withMetadata ? [...updateFields, ...metadataFields] : updateFields);
  const slug = slugOf(body);
  const adminDeleteEnabled = flag(body, 'admin_delete_enabled');
  const createdAt = time(body, 'created_at');
  const patch: Partial<OrganizationEntity> = {
    ...(typeof body.name === 'string' && { name: nameOf(body) }),
    ...(slug && { slug }),
    ...limitOf(body),
    ...(typeof adminDeleteEnabled === 'boolean' && { adminDeleteEnabled }),
    ...(createdAt && { createdAt }),
    ...(withMetadata && metadataPatch(body, organization, (_current, given) => given)),
  };
  const updated = services.store.transact((tx) => {
    const owner = slug ? tx.first('organizations', { slug }) : null;
    if (owner && owner.id !== organization.id) throw identifierTaken('slug', 'slug');
    return tx.update('organizations', organization.id, patch);
  }, originOf(ctx));
  return organizationReply(ctx, updated);
}

function metadataChange(combine: (current: Metadata, given: Metadata) => Metadata) {
  return (ctx: RequestContext): Reply => {
    requireOrganization(ctx);
    allowOnly(ctx.body, metadataFields);
    const updated = ctx.services.store.transact((tx) => {
      const current = requireOrganization(ctx);
      return tx.update('organizations', current.id, metadataPatch(ctx.body, current, combine));
    }, originOf(ctx));
    return organizationReply(ctx, updated);
  };
}

function metadataPatch(
  body: Record<string, unknown>,
  current: OrganizationEntity,
  combine: (current: Metadata, given: Metadata) => Metadata,
): Partial<OrganizationEntity> {
  const given = {
    public: metadata(body, 'public_metadata'),
    private: metadata(body, 'private_metadata'),
  };
  return {
    ...(given.public && {
      publicMetadata: assertMetadataFits(
        'public_metadata',
        combine(current.publicMetadata, given.public),
      ),
    }),
    ...(given.private && {
      privateMetadata: assertMetadataFits(
        'private_metadata',
        combine(current.privateMetadata, given.private),
      ),
    }),
  };
}

function removeOrganization(ctx: RequestContext): Reply {
  const organization = requireOrganization(ctx, true);
  ctx.services.store.transact((tx) => deleteOrganization(tx, organization.id), originOf(ctx));
  return { json: deletedResource('organization', organization) };
}

function nameOf(body: Record<string, unknown>): string {
  requiredText(body, 'name');
  const name = nameText(body, 'name')?.trim();
  if (!name) throw missingParam('name');
  return name;
}

function limitOf(body: Record<string, unknown>): { maxAllowedMemberships?: number } {
  const limit = whole(body, 'max_allowed_memberships');
  if (limit === undefined || limit === null) return {};
  if (limit < 0)
    throw invalidParam('max_allowed_memberships', 'max_allowed_memberships must be 0 or more.');
  return { maxAllowedMemberships: limit };
}

const slugPattern = /^[a-z0-9][a-z0-9_-]*$/;

function slugOf(body: Record<string, unknown>): string | undefined {
  const slug = text(body, 'slug');
  if (slug === undefined || slug === null || slug === '') return undefined;
  if (slugPattern.test(slug)) return slug;
  throw invalidParam(
    'slug',
    'slug can only contain lowercase letters, numbers, dashes and underscores.',
    'form_param_format_invalid',
  );
}

/** Clerk makes slugs unique by a number; the time in seconds is one that nobody has taken. */
function slugFrom(name: string, now: number): string {
  const base = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return `${base || 'organization'}-${now}`;
}

function creatorNotFound(userId: string): ClerkError {
  return new ClerkError(400, {
    code: 'organization_creator_not_found',
    message: 'creator not found',
    longMessage: `No users found with id ${userId}.`,
  });
}

export const organizationRoutes: readonly Route[] = [
  route('GET', '/v1/organizations', listOrganizations),
  route('POST', '/v1/organizations', createOrganization),
  route('GET', '/v1/organizations/:organizationId', getOrganization),
  route('PATCH', '/v1/organizations/:organizationId', updateOrganization),
  route('DELETE', '/v1/organizations/:organizationId', removeOrganization),
  route('PATCH', '/v1/organizations/:organizationId/metadata', metadataChange(mergeMetadata)),
  route(
    'PUT',
    '/v1/organizations/:organizationId/metadata',
    metadataChange((_current, given) => given),
  ),
];
