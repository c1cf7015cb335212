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

/** Adds the security headers to a response; pages are also kept out of every cache. */
export function applySecurityHeaders(headers: Headers, options: SecurityOptions): void {
  headers.set('content-security-policy', contentSecurityPolicy(options));
  headers.set('x-content-type-options', 'nosniff');
  headers.set('x-frame-options', 'DENY');
  headers.set('referrer-policy', 'strict-origin-when-cross-origin');
  headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=()');
  headers.set('cross-origin-opener-policy', 'same-origin-allow-popups');
  if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-store');
}
