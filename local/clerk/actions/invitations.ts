import { newId, newToken } from '../ids';
import type { ClerkTransaction } from '../store/clerk-store';
import type {
  InvitationEntity,
  InvitationStatus,
  OrganizationInvitationEntity,
} from '../store/types';

export const dayMs = 24 * 60 * 60_000;
/** Clerk's default lifetime of an invitation. */
export const invitationDaysDefault = 30;

export function newInvitation(
  now: number,
  fields: Pick<InvitationEntity, 'emailAddress'> & Partial<InvitationEntity>,
): InvitationEntity {
  return {
    id: newId('invitation', now),
    status: 'pending',
    publicMetadata: {},
    redirectUrl: null,
    ticket: newToken(),
    expiresAt: now + invitationDaysDefault * dayMs,
    createdAt: now,
    updatedAt: now,
    ...fields,
  };
}

export function newOrganizationInvitation(
  now: number,
  fields: Pick<OrganizationInvitationEntity, 'organizationId' | 'emailAddress' | 'role'> &
    Partial<OrganizationInvitationEntity>,
): OrganizationInvitationEntity {
  return {
    id: newId('organizationInvitation', now),
    inviterId: null,
    status: 'pending',
    publicMetadata: {},
    privateMetadata: {},
    redirectUrl: null,
    ticket: newToken(),
    expiresAt: now + invitationDaysDefault * dayMs,
    createdAt: now,
    updatedAt: now,
    ...fields,
  };
}

/** Invitations expire by the passing of time; this is what the state is now. */
export function invitationStatusAt(
  invitation: Pick<InvitationEntity, 'status' | 'expiresAt'>,
  now: number,
): InvitationStatus {
  const over = invitation.expiresAt !== null && now >= invitation.expiresAt;
  return invitation.status === 'pending' && over ? 'expired' : invitation.status;
}

/** Puts an invitation's link into the outbox, where the real Clerk would send a mail. */
export function mailInvitation(
  tx: ClerkTransaction,
  mail: {
    to: string;
    kind: 'invitation' | 'organization_invitation';
    subject: string;
    url: string;
  },
  now: number,
): void {
  tx.insert('mails', {
    id: newId('mail', now),
    ...mail,
    code: null,
    createdAt: now,
    updatedAt: now,
  });
}
