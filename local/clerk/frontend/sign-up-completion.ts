import { newId } from '../ids';
import type { RequestContext } from '../http/router';
import type { ClerkTransaction } from '../store/clerk-store';
import type { InvitationEntity, SignUpEntity, UserEntity } from '../store/types';
import { frontendErrors } from './errors';
import { startSession } from './sign-in-completion';

/** Makes the person of a finished sign-up and signs them in. Inside the caller's transaction. */
export function completeSignUp(
  tx: ClerkTransaction,
  ctx: RequestContext,
  signUp: SignUpEntity,
): SignUpEntity {
  const email = signUp.emailAddress ?? '';
  // Somebody else may have taken the address since the sign-up began.
  if (tx.userByEmail(email)) throw frontendErrors.emailTaken();
  const invitation = signUp.invitationId ? tx.get('invitations', signUp.invitationId) : null;
  const user = tx.insert('users', newUser(signUp, invitation, ctx.services.clock.now()));
  if (invitation) tx.update('invitations', invitation.id, { status: 'accepted' });
  const session = startSession(tx, ctx, { clientId: signUp.clientId, user });
  return tx.update('signUps', signUp.id, {
    status: 'complete',
    createdUserId: user.id,
    createdSessionId: session.id,
    // The hash belongs to the person now.
    passwordHash: null,
  });
}

function newUser(
  signUp: SignUpEntity,
  invitation: InvitationEntity | null,
  now: number,
): UserEntity {
  const id = newId('user', now);
  const emailId = newId('emailAddress', now);
  return {
    id,
    externalId: null,
    username: signUp.username,
    firstName: signUp.firstName,
    lastName: signUp.lastName,
    locale: signUp.locale,
    imageUrl: `/images/users/${id}`,
    hasImage: false,
    emails: [
      {
        id: emailId,
        emailAddress: signUp.emailAddress ?? '',
        verification: signUp.emailVerification,
        reserved: false,
        createdAt: now,
        updatedAt: now,
      },
    ],
    primaryEmailId: emailId,
    phones: [],
    primaryPhoneId: null,
    passwordHash: signUp.passwordHash,
    passwordUpdatedAt: signUp.passwordHash === null ? null : now,
    publicMetadata: invitation?.publicMetadata ?? {},
    privateMetadata: {},
    unsafeMetadata: signUp.unsafeMetadata,
    banned: false,
    locked: false,
    lockedUntil: null,
    failedAttempts: 0,
    lastSignInAt: null,
    lastActiveAt: null,
    legalAcceptedAt: signUp.legalAcceptedAt,
    deleteSelfEnabled: true,
    createOrganizationEnabled: true,
    createOrganizationsLimit: null,
    createdAt: now,
    updatedAt: now,
  };
}
