import type { RequestContext } from '../http/router';
import type { ClientEntity, SessionEntity, UserEntity } from '../store/types';
import type { ClerkReader } from '../store/clerk-store';
import { sessionStatusAt } from '../resources/session';
import { cookieSuffix } from '../tokens';
import { frontendErrors } from './errors';

/**
 * Who asks. A development browser is known by the token that `POST /v1/dev_browser` gave it, sent
 * as `__clerk_db_jwt` in the query (clerk-js, handshake) or as a cookie. The query wins: cookies of
 * 127.0.0.1 are shared by all ports and may belong to another instance.
 */
export function devBrowserTokenOf(ctx: RequestContext): string | null {
  const suffixed = `__clerk_db_jwt_${cookieSuffix(ctx.services.keys.publishableKey)}`;
  return (
    ctx.query.get('__clerk_db_jwt') ||
    ctx.cookies[suffixed] ||
    ctx.cookies['__clerk_db_jwt'] ||
    null
  );
}

export function findClient(ctx: RequestContext): ClientEntity | null {
  const token = devBrowserTokenOf(ctx);
  return token === null ? null : ctx.services.store.first('clients', { devBrowserToken: token });
}

/** Throws Clerk's 401, upon which clerk-js asks for a new development browser. */
export function requireClient(ctx: RequestContext): ClientEntity {
  const client = findClient(ctx);
  if (!client) throw frontendErrors.devBrowserUnauthenticated();
  return client;
}

function isLive(session: SessionEntity, nowMs: number): boolean {
  return sessionStatusAt(session, nowMs) === 'active';
}

/** The sessions a client can still use, oldest first. Bans and deletions leave none. */
export function liveSessions(reader: ClerkReader, client: ClientEntity, nowMs: number) {
  return reader
    .find('sessions', { clientId: client.id, status: 'active' })
    .filter((session) => isLive(session, nowMs))
    .flatMap((session) => {
      const user = reader.get('users', session.userId);
      return user && !user.banned ? [{ session, user }] : [];
    });
}

export interface SignedInCaller {
  client: ClientEntity;
  session: SessionEntity;
  user: UserEntity;
}

/**
 * The signed-in person of a `/v1/me` request: the session that `_clerk_session_id` names, else the
 * client's last active one. Throws 401 when there is none.
 */
export function requireSignedIn(ctx: RequestContext): SignedInCaller {
  const client = requireClient(ctx);
  const sessions = liveSessions(ctx.services.store, client, ctx.services.clock.now());
  const wanted = ctx.query.get('_clerk_session_id') ?? client.lastActiveSessionId;
  const found = wanted ? sessions.find(({ session }) => session.id === wanted) : sessions.at(-1);
  if (!found) throw frontendErrors.authenticationInvalid();
  return { client, ...found };
}

/**
 * A live session of this client by the id in the path. Another client's is not found; one that has
 * ended, expired or belongs to a banned person is 401, upon which clerk-js signs out.
 */
export function requireOwnSession(ctx: RequestContext): SignedInCaller {
  const client = requireClient(ctx);
  const sessionId = ctx.params.sessionId ?? '';
  const session = ctx.services.store.get('sessions', sessionId);
  if (!session || session.clientId !== client.id) throw frontendErrors.resourceNotFound('Session');
  const user = ctx.services.store.get('users', session.userId);
  if (!user || user.banned || !isLive(session, ctx.services.clock.now())) {
    throw frontendErrors.authenticationInvalid();
  }
  return { client, session, user };
}
