import { endSession, newClient, newSession } from '../actions/sessions';
import { ClerkError, invalidParam } from '../http/clerk-error';
import { route, type Reply, type RequestContext, type Route } from '../http/router';
import { sessionResource, sessionStatusAt } from '../resources/session';
import type { SessionEntity, SessionStatus, UserEntity } from '../store/types';
import { jwtTemplates } from '../tokens';
import { originOf } from './origin';
import { choiceParam, flagParam, pageOf, requiredText, text, textParam, whole } from './params';
import { userNotFound } from './user-access';

const statuses: readonly SessionStatus[] = [
  'abandoned',
  'active',
  'ended',
  'expired',
  'removed',
  'replaced',
  'revoked',
  'pending',
];

function listSessions(ctx: RequestContext): Reply {
  const { query, services } = ctx;
  const now = services.clock.now();
  const clientId = textParam(query, 'client_id');
  const userId = textParam(query, 'user_id');
  const status = choiceParam(query, 'status', statuses);
  const { limit, offset } = pageOf(query);
  const matching = services.store
    .find('sessions', { clientId, userId }, { direction: 'descending' })
    .filter((session) => !status || sessionStatusAt(session, now) === status);
  const data = matching
    .slice(offset, offset + limit)
    .map((session) => sessionResource(session, now));
  const paginated = flagParam(query, 'paginated');
  return { json: paginated ? { data, total_count: matching.length } : data };
}

function getSession(ctx: RequestContext): Reply {
  return sessionReply(ctx, requireSession(ctx));
}

/** For tests: a session without a browser, on a client of its own. */
function createSession(ctx: RequestContext): Reply {
  const { services, body } = ctx;
  const now = services.clock.now();
  const userId = requiredText(body, 'user_id');
  if (!services.store.get('users', userId)) throw userNotFound(userId);
  const organizationId = text(body, 'active_organization_id') ?? null;
  const session = services.store.transact((tx) => {
    if (organizationId && !tx.first('memberships', { organizationId, userId })) {
      throw invalidParam('active_organization_id', 'The user is not a member of the organization.');
    }
    const client = tx.insert('clients', newClient(null, now));
    const draft = newSession({ userId, clientId: client.id }, now);
    tx.update('clients', client.id, { lastActiveSessionId: draft.id });
    return tx.insert('sessions', { ...draft, lastActiveOrganizationId: organizationId });
  }, originOf(ctx));
  return sessionReply(ctx, session);
}

function revokeSession(ctx: RequestContext): Reply {
  const { id } = requireSession(ctx);
  const revoked = ctx.services.store.transact((tx) => endSession(tx, id, 'revoked'), originOf(ctx));
  return sessionReply(ctx, revoked ?? requireSession(ctx));
}

/** The operation that SDKs of the older kind still call; the token in the body proves the session. */
function verifySession(ctx: RequestContext): Reply {
  const session = requireSession(ctx);
  const claims = ctx.services.tokens.verify(requiredText(ctx.body, 'token'));
  if (claims?.sid !== session.id) {
    throw new ClerkError(400, {
      code: 'invalid_session_token',
      message: 'Invalid session token',
      longMessage: 'The token provided could not be successfully verified',
    });
  }
  return sessionReply(ctx, session);
}

const lifetimeS = { min: 30, max: 315_360_000 };

function createToken(ctx: RequestContext): Reply {
  const { session, user } = requireLiveSession(ctx);
  const input = { session, user, authorizedParty: null, lifetimeS: lifetimeOf(ctx) };
  return { json: { object: 'token', jwt: ctx.services.tokens.sessionToken(input) } };
}

function createTemplateToken(ctx: RequestContext): Reply {
  const name = ctx.params.template ?? '';
  if (!Object.hasOwn(jwtTemplates, name)) {
    throw new ClerkError(404, {
      code: 'resource_not_found',
      message: 'JWT template not found',
      longMessage: `No JWT template exists with name: ${name}`,
    });
  }
  const { session, user } = requireLiveSession(ctx);
  const input = { session, user, authorizedParty: null, lifetimeS: lifetimeOf(ctx) };
  return { json: { object: 'token', jwt: ctx.services.tokens.convexToken(input) } };
}

function lifetimeOf(ctx: RequestContext): number | undefined {
  const given = whole(ctx.body, 'expires_in_seconds');
  if (given === undefined || given === null) return undefined;
  if (given >= lifetimeS.min && given <= lifetimeS.max) return given;
  throw invalidParam(
    'expires_in_seconds',
    `expires_in_seconds must be between ${lifetimeS.min} and ${lifetimeS.max}.`,
  );
}

function requireSession(ctx: RequestContext): SessionEntity {
  const id = ctx.params.sessionId ?? '';
  const session = ctx.services.store.get('sessions', id);
  if (session) return session;
  throw new ClerkError(404, {
    code: 'resource_not_found',
    message: 'Session not found',
    longMessage: `No session was found with id ${id}`,
  });
}

/** Ended sessions, banned and deleted people get no token any more. */
function requireLiveSession(ctx: RequestContext): { session: SessionEntity; user: UserEntity } {
  const session = requireSession(ctx);
  const user = ctx.services.store.get('users', session.userId);
  const status = sessionStatusAt(session, ctx.services.clock.now());
  if (user && !user.banned && status === 'active') return { session, user };
  throw new ClerkError(401, {
    code: 'authentication_invalid',
    message: 'Invalid authentication',
    longMessage: 'Unable to authenticate the request, you need to supply an active session',
  });
}

function sessionReply(ctx: RequestContext, session: SessionEntity): Reply {
  return { json: sessionResource(session, ctx.services.clock.now()) };
}

export const sessionRoutes: readonly Route[] = [
  route('GET', '/v1/sessions', listSessions),
  route('POST', '/v1/sessions', createSession),
  route('GET', '/v1/sessions/:sessionId', getSession),
  route('POST', '/v1/sessions/:sessionId/revoke', revokeSession),
  route('POST', '/v1/sessions/:sessionId/verify', verifySession),
  route('POST', '/v1/sessions/:sessionId/tokens', createToken),
  route('POST', '/v1/sessions/:sessionId/tokens/:template', createTemplateToken),
];
