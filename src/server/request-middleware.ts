import { clerkMiddleware } from '@clerk/tanstack-react-start/server';
import { createCsrfMiddleware, createMiddleware } from '@tanstack/react-start';
import { serverEnv } from '../env.server';
import { errorBody } from '../shared/error-codes';
import { createReachability } from './clerk-reachability';
import { csrfRefusal, isOwnOrigin, needsOriginCheck, webhookPath } from './csrf';
import { errorPage } from './error-page';

/** Refuses what another site makes a browser send here. */
export function csrfMiddleware() {
  return createCsrfMiddleware({
    filter: needsOriginCheck,
    origin: (origin, { request }) => isOwnOrigin(origin, request, serverEnv().ROLLCALL_URL),
    failureResponse: csrfRefusal,
  });
}

const isReachable = createReachability();

/**
 * Clerk's middleware, except for the webhook, which is signed by Svix and knows no session. A
 * handshake sends the browser away to Clerk; when Clerk does not answer, it gets a page instead.
 */
export function sessionMiddleware() {
  const authenticate = clerkMiddleware().options.server;
  return createMiddleware().server(async (options) => {
    if (options.pathname === webhookPath || !authenticate) return options.next();
    try {
      return await authenticate(options);
    } catch (thrown) {
      const location = thrown instanceof Response ? thrown.headers.get('location') : null;
      if (!location || (await isReachable(new URL(location).origin))) throw thrown;
      throw errorPage(errorBody('CLERK_UNAVAILABLE'), { status: 503 });
    }
  });
}
