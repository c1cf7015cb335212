import { assertLocal } from '../control/guard';
import { ClerkError } from '../http/clerk-error';
import { isLoopbackHost } from '../http/origins';
import { route, type Handler, type Method, type Route } from '../http/router';

/**
 * The page's routes read and change everything without a key, so they answer this page alone: on
 * top of the checks of the control interface, a body must be JSON, which no foreign form can send.
 */
export function guarded(method: Method, pattern: string, handler: Handler): Route {
  return route(method, pattern, (ctx) => {
    assertLocal(ctx);
    const type = ctx.headers['content-type']?.split(';')[0]?.trim();
    if (ctx.rawBody.length > 0 && type !== 'application/json') {
      throw refused(415, 'Send the body as application/json.');
    }
    return handler(ctx);
  });
}

/** A file of the page: any page on this machine may link to it, under this machine's names. */
export function guardedPage(pattern: string, handler: Handler): Route {
  return route('GET', pattern, (ctx) => {
    const { host } = ctx.headers;
    if (isLoopbackHost(host)) return handler(ctx);
    throw refused(403, `Host is ${host ?? 'missing'}; use 127.0.0.1 or localhost.`);
  });
}

function refused(status: number, longMessage: string): ClerkError {
  return new ClerkError(status, { code: 'request_refused', message: 'refused', longMessage });
}
