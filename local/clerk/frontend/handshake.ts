import type { RequestContext, Route } from '../http/router';
import { isLoopbackOrigin } from '../http/origins';
import { findClient, liveSessions } from './caller';
import { clientUpdatedAt } from './client-resource';
import { createClient } from './clients';
import { handshakeDirectives } from './cookies';
import { frontendErrors } from './errors';
import { frontendRoute } from './frontend-route';
import { mintSessionToken } from './session-token';

/** Only to pages of this machine: the answer carries a session token. */
function returnAddress(ctx: RequestContext): URL {
  const redirectUrl = ctx.query.get('redirect_url') ?? '';
  if (!URL.canParse(redirectUrl)) throw frontendErrors.invalidHandshake('redirect_url is missing');
  const url = new URL(redirectUrl);
  if (!/^https?:$/.test(url.protocol) || !isLoopbackOrigin(url.origin)) {
    throw frontendErrors.invalidHandshake('redirect_url is not a loopback address');
  }
  return url;
}

/**
 * A server that cannot tell from its cookies who asks sends the browser here; it goes back with a
 * signed list of cookies to set. A browser nobody knows yet becomes a new, signed-out client.
 */
function handshake(ctx: RequestContext) {
  const target = returnAddress(ctx);
  const { clock, keys, store, tokens } = ctx.services;
  const client = findClient(ctx) ?? createClient(ctx);
  const live = liveSessions(store, client, clock.now());
  const current =
    live.find(({ session }) => session.id === client.lastActiveSessionId) ?? live.at(-1);
  const directives = handshakeDirectives({
    publishableKey: keys.publishableKey,
    devBrowserToken: client.devBrowserToken ?? '',
    ...(current && {
      signedIn: {
        sessionToken: mintSessionToken(ctx, current.session, current.user),
        clientUatS: Math.floor(clientUpdatedAt(ctx, client) / 1000),
      },
    }),
  });
  target.searchParams.set('__clerk_handshake', tokens.sign({ handshake: directives }));
  return { status: 307, headers: { location: target.href, 'cache-control': 'no-store' } };
}

export const handshakeRoutes: readonly Route[] = [
  frontendRoute('GET', '/v1/client/handshake', handshake),
];
