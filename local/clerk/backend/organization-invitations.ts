import {
  dayMs,
  invitationStatusAt,
  mailInvitation,
  newOrganizationInvitation,
} from '../actions/invitations';
import { assertMetadataFits } from '../actions/metadata';
import { parseEmailAddress } from '../actions/identifiers';
import { ClerkError } from '../http/clerk-error';
import { route, type Reply, type RequestContext, type Route } from '../http/router';
import { organizationInvitationResource, ticketUrl } from '../resources/organization';
import { absoluteUrl, viewOf } from '../resources/view';
import type { OrganizationInvitationEntity } from '../store/types';
import {
  assertRevocable,
  expiryDaysOf,
  invitationStatuses,
  redirectUrlOf,
  sortBy,
} from './invitations';
import { roleOf } from './memberships';
import { requireOrganization } from './organization-access';
import { originOf } from './origin';
import {
  choiceParam,
  flag,
  metadata,
  orderParam,
  pageOf,
  requiredText,
  text,
  textParam,
} from './params';
import { requireUser, userNotFound } from './user-access';

function createOrganizationInvitation(ctx: RequestContext): Reply {
  const { body, services } = ctx;
  const organization = requireOrganization(ctx);
  const now = services.clock.now();
  const inviterId = text(body, 'inviter_user_id') ?? null;
  if (inviterId !== null && !services.store.get('users', inviterId)) throw userNotFound(inviterId);
  const draft = newOrganizationInvitation(now, {
    organizationId: organization.id,
    emailAddress: parseEmailAddress(requiredText(body, 'email_address')),
    role: roleOf(body),
    inviterId,
    publicMetadata: assertMetadataFits('public_metadata', metadata(body, 'public_metadata') ?? {}),
    privateMetadata: assertMetadataFits(
      'private_metadata',
      metadata(body, 'private_metadata') ?? {},
    ),
    redirectUrl: redirectUrlOf(body),
    expiresAt: now + expiryDaysOf(body) * dayMs,
  });
  const invitation = services.store.transact((tx) => {
    refusePending(ctx, draft);
    if (flag(body, 'notify') ?? true) {
      const subject = `Your invitation to ${organization.name}`;
      const url = ticketUrl(draft, services);
      mailInvitation(
        tx,
        { to: draft.emailAddress, kind: 'organization_invitation', subject, url },
        now,
      );
    }
    return tx.insert('organizationInvitations', draft);
  }, originOf(ctx));
  return { json: invitationJson(ctx, invitation) };
}

function refusePending(ctx: RequestContext, draft: OrganizationInvitationEntity): void {
  const { store, clock } = ctx.services;
  const { organizationId, emailAddress } = draft;
  const pending = store
    .find('organizationInvitations', { organizationId, emailAddress, status: 'pending' })
    .some((invitation) => invitationStatusAt(invitation, clock.now()) === 'pending');
  if (!pending) return;
  throw new ClerkError(400, {
    code: 'organization_invitation_not_unique',
    message: 'organization invitation not unique',
    longMessage: 'Organizations cannot have duplicate pending invitations for an email address.',
  });
}

const orders = { created_at: 'createdAt', email_address: 'emailAddress' } as const;
const orderNames = Object.keys(orders) as (keyof typeof orders)[];

interface ListScope {
  organizationId?: string;
  emailAddress?: string | string[];
  /** Part of an address. */
  search?: string;
  onlyStatus?: 'pending';
  withOrganization: boolean;
}

function listPage(ctx: RequestContext, scope: ListScope): Reply {
  const { query, services } = ctx;
  const now = services.clock.now();
  const status = scope.onlyStatus ?? choiceParam(query, 'status', invitationStatuses);
  const { organizationId, emailAddress, search } = scope;
  const order = orderParam(query, orderNames, { orderBy: 'created_at', descending: true });
  const matching = services.store
    .find('organizationInvitations', { organizationId, emailAddress })
    .filter((invitation) => !status || invitationStatusAt(invitation, now) === status)
    .filter((invitation) => !search || invitation.emailAddress.includes(search.toLowerCase()));
  const { limit, offset } = pageOf(query);
  const data = sortBy(matching, orders[order.orderBy], order.descending)
    .slice(offset, offset + limit)
    .map((invitation) => ({
      ...invitationJson(ctx, invitation),
      ...(scope.withOrganization && {
        public_organization_data: publicOrganization(ctx, invitation.organizationId),
      }),
    }));
  return { json: { data, total_count: matching.length } };
}

function publicOrganization(ctx: RequestContext, organizationId: string) {
  const organization = ctx.services.store.get('organizations', organizationId);
  return (
    organization && {
      id: organization.id,
      name: organization.name,
      slug: organization.slug,
      image_url: absoluteUrl(organization.imageUrl, viewOf(ctx.services, 'backend')),
      has_image: organization.hasImage,
    }
  );
}

function listOfOrganization(ctx: RequestContext): Reply {
  const { id } = requireOrganization(ctx);
  const emailAddress = textParam(ctx.query, 'email_address')?.toLowerCase();
  return listPage(ctx, { organizationId: id, emailAddress, withOrganization: false });
}

function listPendingOfOrganization(ctx: RequestContext): Reply {
  const { id } = requireOrganization(ctx);
  return listPage(ctx, { organizationId: id, onlyStatus: 'pending', withOrganization: false });
}

function listOfInstance(ctx: RequestContext): Reply {
  return listPage(ctx, { search: textParam(ctx.query, 'query'), withOrganization: true });
}

function listOfUser(ctx: RequestContext): Reply {
  const emailAddress = requireUser(ctx).emails.map((email) => email.emailAddress);
  return listPage(ctx, { emailAddress, withOrganization: true });
}

function getOrganizationInvitation(ctx: RequestContext): Reply {
  return { json: invitationJson(ctx, requireInvitation(ctx)) };
}

function revokeOrganizationInvitation(ctx: RequestContext): Reply {
  const invitation = requireInvitation(ctx);
  assertRevocable(invitationStatusAt(invitation, ctx.services.clock.now()));
  const revoked = ctx.services.store.transact(
    (tx) => tx.update('organizationInvitations', invitation.id, { status: 'revoked' }),
    originOf(ctx),
  );
  return { json: invitationJson(ctx, revoked) };
}

function requireInvitation(ctx: RequestContext): OrganizationInvitationEntity {
  const organization = requireOrganization(ctx);
  const id = ctx.params.invitationId ?? '';
  const invitation = ctx.services.store.get('organizationInvitations', id);
  if (invitation?.organizationId === organization.id) return invitation;
  throw new ClerkError(404, {
    code: 'resource_not_found',
    message: 'not found',
    longMessage: `No organization invitation was found with id ${id}.`,
  });
}

function invitationJson(ctx: RequestContext, invitation: OrganizationInvitationEntity) {
  const { store, clock } = ctx.services;
  const inviter = invitation.inviterId ? store.get('users', invitation.inviterId) : null;
  const status = invitationStatusAt(invitation, clock.now());
  const view = viewOf(ctx.services, 'backend');
  return organizationInvitationResource({ ...invitation, status }, inviter, view);
}

const ofOrganization = '/v1/organizations/:organizationId/invitations';

export const organizationInvitationRoutes: readonly Route[] = [
  route('GET', '/v1/organization_invitations', listOfInstance),
  route('GET', '/v1/users/:userId/organization_invitations', listOfUser),
  route('GET', ofOrganization, listOfOrganization),
  route('POST', ofOrganization, createOrganizationInvitation),
  route('GET', `${ofOrganization}/pending`, listPendingOfOrganization),
  route('GET', `${ofOrganization}/:invitationId`, getOrganizationInvitation),
  route('POST', `${ofOrganization}/:invitationId/revoke`, revokeOrganizationInvitation),
];
