import type { RequestContext } from '../http/router';
import type { ClientEntity, SessionEntity, UserEntity } from '../store/types';
import { sessionStatusAt } from '../resources/session';
import { publicUserData } from '../resources/user';
import { viewOf } from '../resources/view';
import { liveSessions } from './caller';
import { mintSessionToken } from './session-token';
import { signInResource } from './sign-in-resource';
import { signUpResource } from './sign-up-resource';
import { ownUserResource } from './user-resource';

/** `Client.Session`; with a fresh token while it is live, so that pages need not ask for one. */
export function sessionResource(ctx: RequestContext, session: SessionEntity, user: UserEntity) {
  const status = sessionStatusAt(session, ctx.services.clock.now());
  const verifiedMinutesAgo = Math.max(
    0,
    Math.floor((ctx.services.clock.now() - session.firstFactorVerifiedAt) / 60_000),
  );
  return {
    id: session.id,
    object: 'session',
    status,
    expire_at: session.expireAt,
    abandon_at: session.abandonAt,
    last_active_at: session.lastActiveAt,
    last_active_organization_id: session.lastActiveOrganizationId,
    actor: null,
    tasks: [],
    user: ownUserResource(ctx, user),
    public_user_data: publicUserData(user, viewOf(ctx.services, 'frontend')),
    factor_verification_age: [verifiedMinutesAgo, -1],
    ...(status === 'active'
      ? { last_active_token: { object: 'token', jwt: mintSessionToken(ctx, session, user) } }
      : {}),
    created_at: session.createdAt,
    updated_at: session.updatedAt,
  };
}

/**
 * When the client last changed. It becomes the browser's `__client_uat`, and a session token issued
 * before that makes the server ask for a handshake. Tokens go by the machine's time, so this must
 * never be later, however far tests have moved the clock.
 */
export function clientUpdatedAt(ctx: RequestContext, client: ClientEntity): number {
  return Math.min(client.updatedAt, ctx.services.clock.machine());
}

/** `Client.Client`. */
export function clientResource(ctx: RequestContext, client: ClientEntity) {
  const { store, clock } = ctx.services;
  const live = liveSessions(store, client, clock.now());
  const signIn = client.signInId === null ? null : store.get('signIns', client.signInId);
  const signUp = client.signUpId === null ? null : store.get('signUps', client.signUpId);
  const lastActive = live.find(({ session }) => session.id === client.lastActiveSessionId);
  return {
    object: 'client',
    id: client.id,
    sessions: live.map(({ session, user }) => sessionResource(ctx, session, user)),
    sign_in: signIn && signInResource(ctx, signIn),
    sign_up: signUp && signUpResource(signUp),
    last_active_session_id: lastActive?.session.id ?? live.at(-1)?.session.id ?? null,
    last_authentication_strategy: null,
    cookie_expires_at: null,
    captcha_bypass: false,
    created_at: client.createdAt,
    updated_at: clientUpdatedAt(ctx, client),
  };
}

/** The answer to a change: the resource itself, and the client as it now stands. */
export function piggybacked(ctx: RequestContext, clientId: string, response: unknown) {
  const client = ctx.services.store.get('clients', clientId);
  return { json: { response, client: client && clientResource(ctx, client) } };
}
