import type { ReplyHeaders } from '../http/router';

/**
 * Whether an origin is a page on this machine. Only such pages may talk to the Frontend API: it
 * hands out session tokens, and a site from the internet must not get at them through a browser.
 */
export function isLoopbackOrigin(origin: string): boolean {
  let url: URL;
  try {
    url = new URL(origin);
  } catch {
    return false;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  if (url.origin !== origin) return false;
  const { hostname } = url;
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/** What a browser needs to let a page of `origin` read the answer and send its credentials. */
export function corsHeaders(origin: string): ReplyHeaders {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    // clerk-js reads a rotated dev-browser token and the wait of a 429 from these.
    'access-control-expose-headers': 'Clerk-Db-Jwt, Retry-After, X-Clerk-Trace-Id',
    vary: 'Origin',
  };
}

/** The answer to a preflight; clerk-js avoids most by form bodies and `?_method=`. */
export function preflightHeaders(origin: string): ReplyHeaders {
  return {
    ...corsHeaders(origin),
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
    'access-control-allow-headers': 'Content-Type, Authorization, X-Clerk-Client',
    'access-control-max-age': '600',
  };
}
