import type { RequestContext, Route } from '../http/router';
import { sessionResource as plainSessionResource } from '../resources/session';
import { requireSignedIn } from './caller';
import { piggybacked, sessionResource } from './client-resource';
import { frontendErrors } from './errors';
import { frontendRoute } from './frontend-route';
import { originOf } from '../backend/origin';

/** Every device the person is signed in on, newest first; the profile lists them. */
function activeSessions(ctx: RequestContext) {
  const { user } = requireSignedIn(ctx);
  const { store, clock } = ctx.services;
  const now = clock.now();
  const sessions = store
    .find('sessions', { userId: user.id, status: 'active' }, { direction: 'descending' })
    .map((session) => plainSessionResource(session, now))
    .filter((session) => session.status === 'active');
  return { json: sessions };
}

/** Signs the person out on another device. */
function revoke(ctx: RequestContext) {
  const { client, user } = requireSignedIn(ctx);
  const { store } = ctx.services;
  const session = store.get('sessions', ctx.params.sessionId ?? '');
  if (!session || session.userId !== user.id) throw frontendErrors.resourceNotFound('Session');
  if (session.status !== 'active') {
    throw frontendErrors.invalidActionForSession('revoke', session.id);
  }
  const revoked = store.transact(
    (tx) => tx.update('sessions', session.id, { status: 'revoked' }),
    originOf(ctx),
  );
  return piggybacked(ctx, client.id, sessionResource(ctx, revoked, user));
}

/** Organizations are off in the UI, but its profile asks for these lists all the same. */
function emptyList(ctx: RequestContext) {
  const { client } = requireSignedIn(ctx);
  return piggybacked(ctx, client.id, { data: [], total_count: 0 });
}

export const mySessionRoutes: readonly Route[] = [
  frontendRoute('GET', '/v1/me/sessions/active', activeSessions),
  frontendRoute('POST', '/v1/me/sessions/:sessionId/revoke', revoke),
  frontendRoute('GET', '/v1/me/organization_invitations', emptyList),
  frontendRoute('GET', '/v1/me/organization_suggestions', emptyList),
];
