import { ClerkError } from '../http/clerk-error';
import type { Reply, RequestContext } from '../http/router';
import { organizationResource } from '../resources/organization';
import { viewOf } from '../resources/view';
import type { OrganizationEntity } from '../store/types';

/** By id or, where the operation says so, by slug. */
export function requireOrganization(ctx: RequestContext, orSlug = false): OrganizationEntity {
  const { store } = ctx.services;
  const key = ctx.params.organizationId ?? '';
  const found =
    store.get('organizations', key) ??
    (orSlug ? store.first('organizations', { slug: key }) : null);
  if (found) return found;
  throw new ClerkError(404, {
    code: 'resource_not_found',
    message: 'not found',
    longMessage: 'Given organization not found.',
  });
}

export interface CountOptions {
  members: boolean;
}

export function organizationJson(
  ctx: RequestContext,
  organization: OrganizationEntity,
  counts: CountOptions = { members: false },
): Record<string, unknown> {
  const { store } = ctx.services;
  const where = { organizationId: organization.id };
  return organizationResource(
    organization,
    viewOf(ctx.services, 'backend'),
    counts.members
      ? {
          members: store.count('memberships', where),
          pendingInvitations: store.count('organizationInvitations', {
            ...where,
            status: 'pending',
          }),
        }
      : {},
  );
}

export function organizationReply(
  ctx: RequestContext,
  organization: OrganizationEntity,
  counts?: CountOptions,
): Reply {
  return { json: organizationJson(ctx, organization, counts) };
}
