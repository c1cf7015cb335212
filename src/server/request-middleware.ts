import { clerkMiddleware } from '@clerk/tanstack-react-start/server';
import { createCsrfMiddleware, createMiddleware } from '@tanstack/react-start';
import { serverEnv } from '../env.server';
import { errorBody } from '../shared/error-codes';
import { bearerOf } from '../shared/api-tokens';
import { looksLikeApiToken } from './api-token';
import { answerToBrokenHandshake } from './broken-handshake';
import { createReachability } from './clerk-reachability';
import { csrfRefusal, isOwnOrigin, needsOriginCheck, webhookPath } from './csrf';
import { errorPage } from './error-page';
import { errorField } from './log';
import type { RequestContext } from './request-event';

/** Refuses what another site makes a browser send here. */
export function csrfMiddleware() {
  return createCsrfMiddleware({
    filter: needsOriginCheck,
    origin: (origin, { request }) => isOwnOrigin(origin, request, serverEnv().ROLLCALL_URL),
    failureResponse: csrfRefusal,
  });
}

const isReachable = createReachability();

interface Situation {
  handlerType: 'serverFn' | 'router';
  /** Given by `src/server.ts`; the request's context is not global yet while middleware runs. */
  context: unknown;
}

/** A page for what was thrown outside of any page; server functions carry their own errors. */
function pageFor(thrown: unknown, { handlerType, context }: Situation): unknown {
  if (thrown instanceof Response || handlerType === 'serverFn') return thrown;
  const { event } = context as Partial<RequestContext>;
  if (event) event.error = errorField(thrown);
  return errorPage(errorBody('INTERNAL'), { requestId: event?.requestId });
}

/** Where a handshake sends the browser, unless nobody would answer there. */
async function unreachableClerk(thrown: unknown): Promise<boolean> {
  const location = thrown instanceof Response ? thrown.headers.get('location') : null;
  return (
    location !== null && URL.canParse(location) && !(await isReachable(new URL(location).origin))
  );
}

/** Signed by Svix, or called with an API token, which Clerk would take for a broken session. */
function knowsNoSession({ pathname, request }: { pathname: string; request: Request }): boolean {
  if (pathname === webhookPath) return true;
  const bearer = bearerOf(request.headers.get('authorization'));
  return pathname.startsWith('/api/') && looksLikeApiToken(bearer);
}

/**
 * Clerk's middleware, except for the webhook, which is signed by Svix and knows no session. A
 * handshake sends the browser away to Clerk; when Clerk does not answer, it gets a page instead.
 */
export function sessionMiddleware() {
  const authenticate = clerkMiddleware().options.server;
  return createMiddleware().server(async (options) => {
    if (knowsNoSession(options) || !authenticate) return options.next();
    try {
      return await authenticate(options);
    } catch (thrown) {
      const answer = answerToBrokenHandshake(thrown, options.request);
      if (answer) throw answer;
      if (!(await unreachableClerk(thrown))) throw pageFor(thrown, options);
      throw errorPage(errorBody('CLERK_UNAVAILABLE'), { status: 503 });
    }
  });
}
