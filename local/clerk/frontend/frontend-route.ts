import { ClerkError } from '../http/clerk-error';
import { route, type Handler, type Method, type Reply, type Route } from '../http/router';
import { corsHeaders, isLoopbackOrigin } from './cors';
import { frontendErrors } from './errors';

/** A route of the Frontend API: refuses foreign origins and lets loopback pages read the answer. */
export function frontendRoute(method: Method, pattern: string, handler: Handler): Route {
  return route(method, pattern, async (ctx) => {
    const { origin } = ctx.headers;
    if (origin === undefined) return noStore(await handler(ctx));
    if (!isLoopbackOrigin(origin)) throw frontendErrors.originInvalid();
    const cors = corsHeaders(origin);
    try {
      const reply = await handler(ctx);
      return noStore({ ...reply, headers: { ...reply.headers, ...cors } });
    } catch (error) {
      // Without these headers the page could not read why it was refused.
      if (error instanceof ClerkError) throw withHeaders(error, cors);
      throw error;
    }
  });
}

function noStore(reply: Reply): Reply {
  return { ...reply, headers: { 'cache-control': 'no-store', ...reply.headers } };
}

function withHeaders(error: ClerkError, headers: Record<string, string | string[]>): ClerkError {
  const flat = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value)]),
  );
  return new ClerkError(error.status, error.items, { ...error.headers, ...flat });
}
