import type { RequestContext } from '../http/router';
import type { ClientEntity, SignInEntity, UserEntity } from '../store/types';
import { requireClient } from './caller';
import { frontendErrors } from './errors';
import { isLocked } from '../actions/lockout';

/** An unfinished attempt is forgotten after a day. */
export const attemptAbandonMs = 24 * 60 * 60_000;

/** Banned and locked people are told so before any factor is looked at. */
export function assertMaySignIn(user: UserEntity, nowMs: number): void {
  if (user.banned) throw frontendErrors.userBanned();
  if (!isLocked(user, nowMs)) return;
  const remainingS =
    user.lockedUntil === null ? null : Math.ceil((user.lockedUntil - nowMs) / 1000);
  throw frontendErrors.userLocked(remainingS);
}

/** The sign-in the path names, if it is this client's current one. */
export function requireSignIn(ctx: RequestContext): { client: ClientEntity; signIn: SignInEntity } {
  const client = requireClient(ctx);
  const signIn = ctx.services.store.get('signIns', ctx.params.signInId ?? '');
  if (!signIn) throw frontendErrors.resourceNotFound('Sign in');
  if (signIn.clientId !== client.id) throw frontendErrors.resourceForbidden('sign in');
  return { client, signIn };
}
