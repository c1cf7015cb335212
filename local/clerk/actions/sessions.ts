import type { ClerkTransaction } from '../store/clerk-store';
import type { ClientEntity, SessionEntity, SessionStatus } from '../store/types';
import { newId } from '../ids';

/** Clerk's defaults: a session ends after 7 days, and is abandoned after 30 days of silence. */
export const sessionLifeMs = 7 * 24 * 60 * 60_000;
export const sessionAbandonMs = 30 * 24 * 60 * 60_000;

const live: readonly SessionStatus[] = ['active', 'pending'];

/** A browser, or without a token what stands for one; the caller inserts it. */
export function newClient(devBrowserToken: string | null, now: number): ClientEntity {
  return {
    id: newId('client', now),
    devBrowserToken,
    cookieToken: null,
    lastActiveSessionId: null,
    signInId: null,
    signUpId: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** A new active session with Clerk's default lifetimes; the caller inserts it. */
export function newSession(
  owner: { userId: string; clientId: string },
  now: number,
): SessionEntity {
  return {
    id: newId('session', now),
    ...owner,
    status: 'active',
    lastActiveAt: now,
    lastActiveOrganizationId: null,
    expireAt: now + sessionLifeMs,
    abandonAt: now + sessionAbandonMs,
    firstFactorVerifiedAt: now,
    activity: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** Ends a session if it is still live; what ended earlier keeps its own reason. */
export function endSession(
  tx: ClerkTransaction,
  sessionId: string,
  status: Extract<SessionStatus, 'revoked' | 'ended' | 'removed' | 'replaced'>,
): SessionEntity | null {
  const session = tx.get('sessions', sessionId);
  if (!session || !live.includes(session.status)) return session;
  return tx.update('sessions', sessionId, { status });
}

export function endSessionsOf(
  tx: ClerkTransaction,
  userId: string,
  status: 'revoked' | 'removed',
): void {
  for (const session of tx.find('sessions', { userId, status: live })) {
    tx.update('sessions', session.id, { status });
  }
}
