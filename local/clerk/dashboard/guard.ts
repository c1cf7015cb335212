import { ClerkError } from '../http/clerk-error';
import { isLoopbackHost } from '../http/origins';
import { route, type Handler, type Method, type RequestContext, type Route } from '../http/router';

/**
 * The page's routes read and change everything without a key, so they answer this page alone. Each
 * check stops another way in: `Host` a name that was made to resolve here, `Sec-Fetch-Site` and
 * `Origin` pages of other origins (also other ports of this machine), the JSON content type forms.
 */
export function guarded(method: Method, pattern: string, handler: Handler): Route {
  return route(method, pattern, (ctx) => {
    refuseForeign(ctx);
    return handler(ctx);
  });
}

function refuseForeign(ctx: RequestContext): void {
  const { host, origin } = ctx.headers;
  if (!isLoopbackHost(host)) {
    throw refused(`The Host header ${host ?? '(none)'} does not name this machine.`);
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    throw refused(`Pages of ${origin} may not use the dashboard's routes.`);
  }
  const site = ctx.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw refused('Only the dashboard page itself may use these routes.');
  }
  const type = ctx.headers['content-type'];
  if (ctx.rawBody.length > 0 && type?.split(';')[0]?.trim() !== 'application/json') {
    throw refused('Send the body as application/json.', 415);
  }
}

function refused(longMessage: string, status = 403): ClerkError {
  return new ClerkError(status, {
    code: 'request_refused',
    message: 'refused',
    longMessage,
  });
}

/** A file of the page: anybody on this machine may follow a link to it. */
export function guardedPage(pattern: string, handler: Handler): Route {
  return route('GET', pattern, (ctx) => {
    const { host } = ctx.headers;
    if (isLoopbackHost(host)) return handler(ctx);
    throw refused(`The Host header ${host ?? '(none)'} does not name this machine.`);
  });
}
