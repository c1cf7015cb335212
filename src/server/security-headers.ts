import type { RuntimeConfig } from '../env';

/** Where the browser finds Clerk's Frontend API: the proxy, or the host inside the publishable key. */
export function clerkOrigin(clerk: RuntimeConfig['clerk']): string {
  if (clerk.proxyUrl) return new URL(clerk.proxyUrl).origin;
  const encoded = clerk.publishableKey.replace(/^pk_(test|live)_/, '');
  const host = Buffer.from(encoded, 'base64').toString('utf8').replace(/\$$/, '');
  return `https://${host}`;
}

function webSocketOrigin(url: string): string {
  return new URL(url).origin.replace(/^http/, 'ws');
}

export interface SecurityOptions {
  config: RuntimeConfig;
  /** Absent in development, where Vite's own inline scripts carry none. */
  nonce?: string;
}

/** Bot protection of Clerk's sign-up runs in this frame. */
const captchaOrigin = 'https://challenges.cloudflare.com';

/** The content security policy of every page: our scripts, Clerk's script, Convex's socket. */
export function contentSecurityPolicy({ config, nonce }: SecurityOptions): string {
  const clerk = clerkOrigin(config.clerk);
  const scriptOrigins = [config.clerk.jsUrl, config.clerk.uiUrl].flatMap((url) =>
    url ? [new URL(url).origin] : [],
  );
  const dev = nonce === undefined;
  const directives: Record<string, string[]> = {
    'default-src': ["'self'"],
    'script-src': [
      "'self'",
      dev ? "'unsafe-inline'" : `'nonce-${nonce}'`,
      clerk,
      ...scriptOrigins,
      captchaOrigin,
    ],
    // Clerk's components and the toaster write style elements at run time.
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'blob:', 'https:', clerk],
    'font-src': ["'self'", 'data:', ...scriptOrigins],
    'connect-src': [
      "'self'",
      clerk,
      ...scriptOrigins,
      new URL(config.convexUrl).origin,
      webSocketOrigin(config.convexUrl),
      'https://clerk-telemetry.com',
      ...(dev ? ['ws:'] : []),
    ],
    'worker-src': ["'self'", 'blob:'],
    'frame-src': ["'self'", clerk, captchaOrigin],
    'form-action': ["'self'", clerk],
    'base-uri': ["'self'"],
    'object-src': ["'none'"],
    'frame-ancestors': ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, values]) => `${name} ${[...new Set(values)].join(' ')}`)
    .join('; ');
}

function secure(headers: Headers, options: SecurityOptions): void {
  // What is no page runs nothing, whatever a browser makes of it.
  const isPage = headers.get('content-type')?.startsWith('text/html') ?? false;
  const policy = isPage
    ? contentSecurityPolicy(options)
    : "default-src 'none'; frame-ancestors 'none'";
  headers.set('content-security-policy', policy);
  headers.set('x-content-type-options', 'nosniff');
  headers.set('x-frame-options', 'DENY');
  headers.set('referrer-policy', 'strict-origin-when-cross-origin');
  headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=()');
  headers.set('cross-origin-opener-policy', 'same-origin-allow-popups');
  if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-store');
}

/** The response with the security headers; what the server answers is also kept out of caches. */
export function withSecurityHeaders(response: Response, options: SecurityOptions): Response {
  try {
    secure(response.headers, options);
    return response;
  } catch {
    // Some answers, such as redirects, have headers that cannot be changed.
    const { status, statusText } = response;
    const copy = new Response(response.body, { status, statusText, headers: response.headers });
    secure(copy.headers, options);
    return copy;
  }
}
