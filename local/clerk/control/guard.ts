import { ClerkError } from '../http/clerk-error';
import { isLoopbackHost } from '../http/origins';
import type { RequestContext } from '../http/router';

/**
 * The control interface has no password, so no page from elsewhere may reach it: neither through a
 * name that was made to resolve to this machine (`Host`) nor from any other origin, other ports of
 * this machine included (`Origin`, `Sec-Fetch-Site`). Programs send none of the latter two.
 */
export function assertLocal(ctx: RequestContext): void {
  const { host, origin } = ctx.headers;
  if (!isLoopbackHost(host)) {
    throw refused(`Host is ${host ?? 'missing'}; use 127.0.0.1 or localhost.`);
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    throw refused(`Origin is ${origin}; only this server's own pages may do this.`);
  }
  const site = ctx.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw refused("Only this server's own pages may do this.");
  }
}

function refused(longMessage: string): ClerkError {
  return new ClerkError(403, {
    code: 'control_request_refused',
    message: 'The control interface answers this machine only',
    longMessage,
  });
}
