import type { RequestContext, Route } from '../http/router';
import type { SessionStatus } from '../store/types';
import { requireClient, requireOwnSession } from './caller';
import { clientResource, piggybacked, sessionResource } from './client-resource';
import { frontendErrors } from './errors';
import { text } from './form';
import { frontendRoute } from './frontend-route';
import { originOf } from '../backend/origin';
import { authorizedParty, mintSessionToken } from './session-token';

/** Activity is noted at most this often, so that reading pages does not write all the time. */
const activityGrainMs = 60 * 60_000;

/** Makes a session the client's current one and switches its organization where asked to. */
function touch(ctx: RequestContext) {
  const { client, session, user } = requireOwnSession(ctx);
  const { store, clock } = ctx.services;
  const now = clock.now();
  const wanted = text(ctx, 'active_organization_id');
  const lastActiveOrganizationId =
    wanted === undefined ? session.lastActiveOrganizationId : organizationOf(ctx, user.id, wanted);
  const touched = store.transact((tx) => {
    if (client.lastActiveSessionId !== session.id) {
      tx.update('clients', client.id, { lastActiveSessionId: session.id });
    }
    if (now - (user.lastActiveAt ?? 0) >= activityGrainMs) {
      tx.update('users', user.id, { lastActiveAt: now });
    }
    return tx.update('sessions', session.id, { lastActiveAt: now, lastActiveOrganizationId });
  });
  return piggybacked(ctx, client.id, sessionResource(ctx, touched, user));
}

/** The id of an organization the person belongs to, by id or slug; null for "none". */
function organizationOf(ctx: RequestContext, userId: string, idOrSlug: string): string | null {
  if (idOrSlug === '') return null;
  const { store } = ctx.services;
  const organization =
    store.get('organizations', idOrSlug) ?? store.first('organizations', { slug: idOrSlug });
  const member =
    organization && store.first('memberships', { organizationId: organization.id, userId });
  if (!organization || !member) throw frontendErrors.resourceNotFound('Organization');
  return organization.id;
}

/** Ends one session of this client, in the way the path says. */
function finish(ctx: RequestContext, status: SessionStatus) {
  const client = requireClient(ctx);
  const { store } = ctx.services;
  const session = store.get('sessions', ctx.params.sessionId ?? '');
  const user = session && store.get('users', session.userId);
  if (!session || !user || session.clientId !== client.id) {
    throw frontendErrors.resourceNotFound('Session');
  }
  const ended = store.transact((tx) => {
    if (client.lastActiveSessionId === session.id) {
      tx.update('clients', client.id, { lastActiveSessionId: null });
    }
    return session.status === 'active' ? tx.update('sessions', session.id, { status }) : session;
  }, originOf(ctx));
  return piggybacked(ctx, client.id, sessionResource(ctx, ended, user));
}

/** Signs the browser out of everything; it stays the same client. */
function removeAll(ctx: RequestContext) {
  const client = requireClient(ctx);
  const { store } = ctx.services;
  const signedOut = store.transact((tx) => {
    for (const session of tx.find('sessions', { clientId: client.id, status: 'active' })) {
      tx.update('sessions', session.id, { status: 'removed' });
    }
    return tx.update('clients', client.id, {
      lastActiveSessionId: null,
      signInId: null,
      signUpId: null,
    });
  }, originOf(ctx));
  return { json: { response: clientResource(ctx, signedOut), client: null } };
}

/** Token answers are bare: clerk-js reads `jwt` at the top. */
function bareToken(jwt: string) {
  return { json: { object: 'token', jwt } };
}

function createToken(ctx: RequestContext) {
  const { session, user } = requireOwnSession(ctx);
  const wanted = text(ctx, 'organization_id');
  if (wanted === undefined) return bareToken(mintSessionToken(ctx, session, user));
  const lastActiveOrganizationId = organizationOf(ctx, user.id, wanted);
  return bareToken(mintSessionToken(ctx, { ...session, lastActiveOrganizationId }, user));
}

function createTemplateToken(ctx: RequestContext) {
  const { session, user } = requireOwnSession(ctx);
  if (ctx.params.template !== 'convex') throw frontendErrors.resourceNotFound('JWT template');
  const input = { session, user, authorizedParty: authorizedParty(ctx) };
  return bareToken(ctx.services.tokens.convexToken(input));
}

export const sessionRoutes: readonly Route[] = [
  frontendRoute('DELETE', '/v1/client/sessions', removeAll),
  frontendRoute('GET', '/v1/client/sessions/:sessionId', (ctx) => {
    const { client, session, user } = requireOwnSession(ctx);
    return piggybacked(ctx, client.id, sessionResource(ctx, session, user));
  }),
  frontendRoute('POST', '/v1/client/sessions/:sessionId/touch', touch),
  frontendRoute('POST', '/v1/client/sessions/:sessionId/end', (ctx) => finish(ctx, 'ended')),
  frontendRoute('POST', '/v1/client/sessions/:sessionId/remove', (ctx) => finish(ctx, 'removed')),
  frontendRoute('POST', '/v1/client/sessions/:sessionId/tokens', createToken),
  frontendRoute('POST', '/v1/client/sessions/:sessionId/tokens/:template', createTemplateToken),
];
