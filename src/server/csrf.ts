import { errorBody } from '../shared/error-codes';

/** Path of the webhook route: signed by Svix, called by servers, so neither cookies nor CSRF apply. */
export const webhookPath = '/api/webhooks/clerk';

export interface CsrfQuestion {
  request: Request;
  pathname: string;
  handlerType: 'serverFn' | 'router';
}

/**
 * Whether a request must prove that it comes from our own pages. Server functions always must;
 * under `/api/` everything must that may act by cookie, so a Bearer token or the webhook's
 * signature exempts. Reading pages never does.
 */
export function needsOriginCheck({ request, pathname, handlerType }: CsrfQuestion): boolean {
  if (handlerType === 'serverFn') return true;
  if (pathname === webhookPath) return false;
  if (!pathname.startsWith('/api/')) return !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  if (/^bearer\s+\S/i.test(request.headers.get('authorization') ?? '')) return false;
  // tRPC queries answer GET; a cross-site page can neither read the answer nor cause a change.
  return !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
}

/** Browsers send `Origin` with the public address, which a proxy in front may hide from us. */
export function isOwnOrigin(
  origin: string,
  request: Request,
  publicUrl: string | undefined,
): boolean {
  return (
    origin === new URL(request.url).origin ||
    (publicUrl !== undefined && origin === new URL(publicUrl).origin)
  );
}

export function csrfRefusal(): Response {
  const message = 'This request did not come from a page of this application.';
  return Response.json(errorBody('FORBIDDEN', { message }), { status: 403 });
}
