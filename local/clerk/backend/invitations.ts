import {
  dayMs,
  invitationDaysDefault,
  invitationStatusAt,
  mailInvitation,
  newInvitation,
} from '../actions/invitations';
import { assertMetadataFits } from '../actions/metadata';
import { identifierTaken, parseEmailAddress } from '../actions/identifiers';
import { ClerkError, invalidParam } from '../http/clerk-error';
import { route, type Reply, type RequestContext, type Route } from '../http/router';
import { invitationResource, ticketUrl } from '../resources/organization';
import { viewOf } from '../resources/view';
import type { InvitationEntity, InvitationStatus } from '../store/types';
import { originOf } from './origin';
import {
  allowOnly,
  choiceParam,
  flag,
  flagParam,
  metadata,
  orderParam,
  pageOf,
  requiredText,
  text,
  textParam,
  whole,
} from './params';

export const invitationStatuses: readonly InvitationStatus[] = [
  'pending',
  'accepted',
  'revoked',
  'expired',
];

const fields = [
  'email_address',
  'public_metadata',
  'redirect_url',
  'notify',
  'ignore_existing',
  'expires_in_days',
  'template_slug',
];

function createInvitation(ctx: RequestContext): Reply {
  const { body, services } = ctx;
  allowOnly(body, fields);
  const now = services.clock.now();
  const draft = newInvitation(now, {
    emailAddress: parseEmailAddress(requiredText(body, 'email_address')),
    publicMetadata: assertMetadataFits('public_metadata', metadata(body, 'public_metadata') ?? {}),
    redirectUrl: redirectUrlOf(body),
    expiresAt: now + expiryDaysOf(body) * dayMs,
  });
  const invitation = services.store.transact((tx) => {
    if (!flag(body, 'ignore_existing')) refuseExisting(ctx, draft.emailAddress);
    if (flag(body, 'notify') ?? true) {
      const mail = { kind: 'invitation', subject: 'Your invitation' } as const;
      mailInvitation(tx, { ...mail, to: draft.emailAddress, url: ticketUrl(draft, services) }, now);
    }
    return tx.insert('invitations', draft);
  }, originOf(ctx));
  return { json: invitationJson(ctx, invitation) };
}

function refuseExisting(ctx: RequestContext, emailAddress: string): void {
  const { store, clock } = ctx.services;
  if (store.userByEmail(emailAddress)) throw identifierTaken('email_address', 'email address');
  const pending = store
    .find('invitations', { emailAddress, status: 'pending' })
    .some((invitation) => invitationStatusAt(invitation, clock.now()) === 'pending');
  if (!pending) return;
  throw new ClerkError(400, {
    code: 'duplicate_record',
    message: 'duplicate invitation',
    longMessage: `There are already pending invitations for the following email addresses: ${emailAddress}`,
    meta: { email_addresses: [emailAddress] },
  });
}

const orders = {
  created_at: 'createdAt',
  email_address: 'emailAddress',
  expires_at: 'expiresAt',
} as const;
const orderNames = Object.keys(orders) as (keyof typeof orders)[];

/** Without a status: all but the revoked ones. */
function listInvitations(ctx: RequestContext): Reply {
  const { query, services } = ctx;
  const now = services.clock.now();
  const status = choiceParam(query, 'status', invitationStatuses);
  const search = textParam(query, 'query')?.toLowerCase();
  const order = orderParam(query, orderNames, { orderBy: 'created_at', descending: true });
  const matching = services.store
    .find('invitations', {})
    .filter((invitation) => {
      const actual = invitationStatusAt(invitation, now);
      return status ? actual === status : actual !== 'revoked';
    })
    .filter(
      (invitation) =>
        !search || invitation.id === search || invitation.emailAddress.includes(search),
    );
  const sorted = sortBy(matching, orders[order.orderBy], order.descending);
  const { limit, offset } = pageOf(query);
  const data = sorted.slice(offset, offset + limit).map((entry) => invitationJson(ctx, entry));
  const paginated = flagParam(query, 'paginated');
  return { json: paginated ? { data, total_count: sorted.length } : data };
}

export function sortBy<E, F extends keyof E>(entries: E[], field: F, descending: boolean): E[] {
  const sign = descending ? -1 : 1;
  return entries
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => {
      const [x, y] = [a.entry[field], b.entry[field]];
      if (x === y) return sign * (a.index - b.index);
      if (x === null || x === undefined) return sign;
      if (y === null || y === undefined) return -sign;
      return x < y ? -sign : sign;
    })
    .map(({ entry }) => entry);
}

function revokeInvitation(ctx: RequestContext): Reply {
  const { store, clock } = ctx.services;
  const id = ctx.params.invitationId ?? '';
  const invitation = store.get('invitations', id);
  if (!invitation) {
    throw new ClerkError(404, {
      code: 'resource_not_found',
      message: 'not found',
      longMessage: `No invitation was found with id ${id}.`,
    });
  }
  assertRevocable(invitationStatusAt(invitation, clock.now()));
  const revoked = store.transact(
    (tx) => tx.update('invitations', id, { status: 'revoked' }),
    originOf(ctx),
  );
  return { json: invitationJson(ctx, revoked) };
}

export function assertRevocable(status: InvitationStatus): void {
  if (status === 'accepted') {
    throw new ClerkError(400, {
      code: 'invitation_already_accepted',
      message: 'Invitation is already accepted, try signing in instead.',
    });
  }
  if (status === 'revoked') {
    throw new ClerkError(400, {
      code: 'invitation_already_revoked',
      message: 'Invitation is already revoked.',
    });
  }
}

function invitationJson(ctx: RequestContext, invitation: InvitationEntity) {
  const status = invitationStatusAt(invitation, ctx.services.clock.now());
  return invitationResource({ ...invitation, status }, viewOf(ctx.services, 'backend'));
}

export function redirectUrlOf(body: Record<string, unknown>): string | null {
  const url = text(body, 'redirect_url') ?? null;
  if (url === null || URL.canParse(url)) return url;
  throw invalidParam(
    'redirect_url',
    'redirect_url must be a valid URL.',
    'form_param_format_invalid',
  );
}

const expiryDaysMax = 365;

export function expiryDaysOf(body: Record<string, unknown>): number {
  const days = whole(body, 'expires_in_days') ?? invitationDaysDefault;
  if (days >= 1 && days <= expiryDaysMax) return days;
  throw invalidParam('expires_in_days', `expires_in_days must be between 1 and ${expiryDaysMax}.`);
}

export const invitationRoutes: readonly Route[] = [
  route('GET', '/v1/invitations', listInvitations),
  route('POST', '/v1/invitations', createInvitation),
  route('POST', '/v1/invitations/:invitationId/revoke', revokeInvitation),
];
