import { assertEmailFree, newEmailAddress } from '../actions/identifiers';
import { newUser } from '../actions/users';
import type { RequestContext } from '../http/router';
import type { ClerkTransaction } from '../store/clerk-store';
import type { SignUpEntity, UserEntity } from '../store/types';
import { startSession } from './sign-in-completion';
import { acceptInvitation, findInvitation, type Invitation } from './tickets';

/** Makes the person of a finished sign-up and signs them in. Inside the caller's transaction. */
export function completeSignUp(
  tx: ClerkTransaction,
  ctx: RequestContext,
  signUp: SignUpEntity,
): SignUpEntity {
  const email = signUp.emailAddress ?? '';
  // Somebody else may have taken the address since the sign-up began.
  assertEmailFree(tx, email);
  const nowMs = ctx.services.clock.now();
  const invitation = findInvitation(tx, signUp.invitationId);
  const user = tx.insert('users', personOf(signUp, invitation, nowMs));
  if (invitation) acceptInvitation(tx, invitation, { userId: user.id, nowMs });
  const session = startSession(tx, ctx, { clientId: signUp.clientId, user });
  return tx.update('signUps', signUp.id, {
    status: 'complete',
    createdUserId: user.id,
    createdSessionId: session.id,
    // The hash belongs to the person now.
    passwordHash: null,
  });
}

function personOf(signUp: SignUpEntity, invited: Invitation | null, now: number): UserEntity {
  const email = newEmailAddress(signUp.emailAddress ?? '', now, signUp.emailVerification);
  return newUser(now, {
    username: signUp.username,
    firstName: signUp.firstName,
    lastName: signUp.lastName,
    locale: signUp.locale,
    emails: [email],
    primaryEmailId: email.id,
    passwordHash: signUp.passwordHash,
    passwordUpdatedAt: signUp.passwordHash === null ? null : now,
    publicMetadata: invited?.kind === 'application' ? invited.invitation.publicMetadata : {},
    unsafeMetadata: signUp.unsafeMetadata,
    legalAcceptedAt: signUp.legalAcceptedAt,
  });
}
