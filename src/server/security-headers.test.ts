import { describe, expect, it } from 'vitest';
import { clerkOrigin, contentSecurityPolicy, withSecurityHeaders } from './security-headers';

const publishableKey = `pk_live_${Buffer.from('clerk.rollcall.test$').toString('base64')}`;
const config = { convexUrl: 'https://happy-otter-1.convex.cloud', clerk: { publishableKey } };

function directive(policy: string, name: string): string[] {
  const found = policy.split('; ').find((part) => part.startsWith(`${name} `));
  return found?.split(' ').slice(1) ?? [];
}

describe('security headers', () => {
  it('lets in Clerk, by the host inside the key, and the socket of Convex', () => {
    const policy = contentSecurityPolicy({ config, nonce: 'abc' });
    expect(directive(policy, 'script-src')).toContain('https://clerk.rollcall.test');
    expect(directive(policy, 'connect-src')).toEqual(
      expect.arrayContaining([
        'https://happy-otter-1.convex.cloud',
        'wss://happy-otter-1.convex.cloud',
      ]),
    );
  });

  it('prefers the proxy of Clerk, and its scripts wherever they are', () => {
    const clerk = {
      publishableKey,
      proxyUrl: 'http://127.0.0.1:4400',
      jsUrl: 'http://127.0.0.1:4401/a.js',
    };
    expect(clerkOrigin(clerk)).toBe('http://127.0.0.1:4400');
    const policy = contentSecurityPolicy({ config: { ...config, clerk }, nonce: 'abc' });
    expect(directive(policy, 'script-src')).toContain('http://127.0.0.1:4401');
  });

  it('allows inline scripts of this page only', () => {
    const scripts = directive(contentSecurityPolicy({ config, nonce: 'abc' }), 'script-src');
    expect(scripts).toContain("'nonce-abc'");
    expect(scripts).not.toContain("'unsafe-inline'");
    expect(scripts).not.toContain("'unsafe-eval'");
  });

  it('forbids framing and keeps pages out of caches', () => {
    const page = new Response('<p>', { headers: { 'content-type': 'text/html; charset=utf-8' } });
    const { headers } = withSecurityHeaders(page, { config, nonce: 'abc' });
    expect(directive(headers.get('content-security-policy') ?? '', 'frame-ancestors')).toEqual([
      "'none'",
    ]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('private, no-store');
  });

  it('covers answers whose headers are fixed, such as redirects', () => {
    const secured = withSecurityHeaders(Response.redirect('http://rollcall.test/', 307), {
      config,
    });
    expect(secured.status).toBe(307);
    expect(secured.headers.get('location')).toBe('http://rollcall.test/');
    expect(secured.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
