import { invitationStatusAt } from '../actions/invitations';
import { newMembership } from '../actions/organizations';
import { isLoopbackOrigin } from '../http/origins';
import { route, type RequestContext, type Route } from '../http/router';
import type { ClerkReader, ClerkTransaction } from '../store/clerk-store';
import type { InvitationEntity, OrganizationInvitationEntity } from '../store/types';
import { frontendErrors } from './errors';

/** What a ticket in a mailed link stands for: a place in the application or in an organization. */
export type Invitation =
  | { kind: 'application'; invitation: InvitationEntity }
  | { kind: 'organization'; invitation: OrganizationInvitationEntity };

function findByTicket(reader: ClerkReader, ticket: string): Invitation | null {
  const invitation = reader.first('invitations', { ticket });
  if (invitation) return { kind: 'application', invitation };
  const organizational = reader.first('organizationInvitations', { ticket });
  return organizational && { kind: 'organization', invitation: organizational };
}

/** The invitation a sign-up began with, by the id it keeps. */
export function findInvitation(reader: ClerkReader, id: string | null): Invitation | null {
  if (id === null) return null;
  const invitation = reader.get('invitations', id);
  if (invitation) return { kind: 'application', invitation };
  const organizational = reader.get('organizationInvitations', id);
  return organizational && { kind: 'organization', invitation: organizational };
}

/** The invitation of a ticket, if it can still be accepted; throws Clerk's errors otherwise. */
export function requireTicket(ctx: RequestContext, ticket: string): Invitation {
  const found = findByTicket(ctx.services.store, ticket);
  const status = found && invitationStatusAt(found.invitation, ctx.services.clock.now());
  if (status === 'expired') throw frontendErrors.ticketExpired();
  if (!found || status !== 'pending') throw frontendErrors.ticketInvalid();
  return found;
}

/** Marks it accepted and, for an organization, makes the person a member. */
export function acceptInvitation(
  tx: ClerkTransaction,
  { kind, invitation }: Invitation,
  { userId, nowMs }: { userId: string; nowMs: number },
): void {
  if (kind === 'application') {
    tx.update('invitations', invitation.id, { status: 'accepted' });
    return;
  }
  tx.update('organizationInvitations', invitation.id, { status: 'accepted' });
  const { organizationId, role } = invitation;
  const known = tx.first('memberships', { organizationId, userId });
  if (!known) tx.insert('memberships', newMembership(nowMs, { organizationId, userId, role }));
}

/** Where people without an address of their own in the invitation continue. */
const defaultAppUrl = 'http://localhost:3000';

/**
 * The link of an invitation's mail: goes on to the application with the ticket, and says whether
 * the person has an account already. The ticket is worth an account, so it stays on this machine.
 */
function accept(ctx: RequestContext) {
  const ticket = ctx.query.get('ticket') ?? '';
  const { invitation } = requireTicket(ctx, ticket);
  const status = ctx.services.store.userByEmail(invitation.emailAddress) ? 'sign_in' : 'sign_up';
  const fallback = `${defaultAppUrl}/${status === 'sign_in' ? 'sign-in' : 'sign-up'}`;
  const wanted = ctx.query.get('redirect_url') ?? invitation.redirectUrl ?? fallback;
  const target = URL.canParse(wanted) ? new URL(wanted) : null;
  if (!target || !isLoopbackOrigin(target.origin)) throw frontendErrors.redirectUrlInvalid();
  target.searchParams.set('__clerk_ticket', ticket);
  target.searchParams.set('__clerk_status', status);
  return { status: 303, headers: { location: target.href, 'referrer-policy': 'no-referrer' } };
}

export const ticketRoutes: readonly Route[] = [route('GET', '/v1/tickets/accept', accept)];
