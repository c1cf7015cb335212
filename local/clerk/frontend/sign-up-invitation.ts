import { assertEmailFree } from '../actions/identifiers';
import type { RequestContext } from '../http/router';
import type { InvitationEntity, SignUpEntity } from '../store/types';
import { frontendErrors } from './errors';
import { text } from './form';

/** The invitation whose ticket the request carries; null without a ticket. */
export function invitationOf(ctx: RequestContext): InvitationEntity | null {
  const ticket = text(ctx, 'ticket');
  if (ticket === undefined) return null;
  const { store, clock } = ctx.services;
  const invitation = store.first('invitations', { ticket });
  if (!invitation || invitation.status !== 'pending') throw frontendErrors.ticketInvalid();
  if (invitation.expiresAt !== null && invitation.expiresAt <= clock.now()) {
    throw frontendErrors.ticketExpired();
  }
  assertEmailFree(store, invitation.emailAddress);
  return invitation;
}

/** Whoever follows the link of the mail has proven the address, and cannot choose another. */
export function withInvitation(
  fields: Partial<SignUpEntity>,
  invitation: InvitationEntity | null,
): Partial<SignUpEntity> {
  if (!invitation) return fields;
  return {
    ...fields,
    emailAddress: invitation.emailAddress.toLowerCase(),
    emailVerification: { strategy: 'ticket', status: 'verified', attempts: 1, expireAt: null },
    invitationId: invitation.id,
  };
}
