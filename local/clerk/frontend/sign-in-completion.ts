import { endSession, newSession } from '../actions/sessions';
import { newId } from '../ids';
import type { RequestContext } from '../http/router';
import type { ClerkTransaction } from '../store/clerk-store';
import type { SessionActivity, SessionEntity, UserEntity } from '../store/types';

/** What Clerk notes about the device, shown under "Active devices". */
export function sessionActivity(ctx: RequestContext): SessionActivity {
  const agent = ctx.headers['user-agent'] ?? '';
  const browser = /(Edg|OPR|HeadlessChrome|Chrome|Firefox|Version)\/(\d+[\d.]*)/.exec(agent);
  const names: Record<string, string> = {
    Edg: 'Edge',
    OPR: 'Opera',
    HeadlessChrome: 'Chrome',
    Version: 'Safari',
  };
  const platform = /(Windows|Macintosh|iPhone|iPad|Android|CrOS|Linux)/.exec(agent)?.[1] ?? null;
  return {
    id: newId('activity', ctx.services.clock.now()),
    deviceType: platform,
    isMobile: /Mobi|iPhone|iPad|Android/.test(agent),
    browserName: browser?.[1] ? (names[browser[1]] ?? browser[1]) : null,
    browserVersion: browser?.[2] ?? null,
    ipAddress: ctx.clientIp,
  };
}

/**
 * Signs a person in on a client: ends the client's other sessions (single-session mode), starts a
 * new one and notes the sign-in on the person. Inside the caller's transaction.
 */
export function startSession(
  tx: ClerkTransaction,
  ctx: RequestContext,
  { clientId, user }: { clientId: string; user: UserEntity },
): SessionEntity {
  const now = ctx.services.clock.now();
  for (const other of tx.find('sessions', { clientId, status: 'active' })) {
    endSession(tx, other.id, 'replaced');
  }
  const session = tx.insert('sessions', {
    ...newSession({ userId: user.id, clientId }, now),
    activity: sessionActivity(ctx),
  });
  tx.update('users', user.id, {
    lastSignInAt: now,
    lastActiveAt: now,
    failedAttempts: 0,
    locked: false,
    lockedUntil: null,
  });
  tx.update('clients', clientId, {
    lastActiveSessionId: session.id,
    signInId: null,
    signUpId: null,
  });
  return session;
}
