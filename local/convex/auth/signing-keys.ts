import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import type { AuthProvider } from '../engine/contract';
import { AuthError } from './auth-error';

/** A token with an unknown key id makes us ask the provider again, but not more often than this. */
const refetchCooldownMs = 5_000;
/** Keys and discovery documents older than this are fetched anew. */
const cacheMaxAgeMs = 10 * 60_000;
/** A provider that failed to answer is asked again after this. */
const failureMaxAgeMs = 1_000;
const requestTimeoutMs = 10_000;

interface Cached<T> {
  value: Promise<T>;
  expiresAtMs: number;
}

/** Finds and caches the verification keys of auth providers. One instance per deployment. */
export class SigningKeys {
  readonly #discovered = new Map<string, Cached<string>>();
  readonly #keySets = new Map<string, JWTVerifyGetKey>();

  /** A key getter for jose's `jwtVerify`. */
  async of(provider: AuthProvider): Promise<JWTVerifyGetKey> {
    const url =
      provider.kind === 'oidc' ? await this.#discover(provider.issuer) : (provider.jwksUrl ?? '');
    const known = this.#keySets.get(url);
    if (known) return known;
    const keySet = url.startsWith('data:') ? keySetOfDataUrl(url) : remoteKeySet(url);
    this.#keySets.set(url, keySet);
    return keySet;
  }

  /** Issuer -> its JWKS address. Concurrent calls share one request. */
  #discover(issuer: string): Promise<string> {
    const cached = this.#discovered.get(issuer);
    if (cached && cached.expiresAtMs > Date.now()) return cached.value;
    const entry: Cached<string> = {
      value: discoverJwksUrl(issuer),
      expiresAtMs: Date.now() + cacheMaxAgeMs,
    };
    entry.value.catch(() => {
      entry.expiresAtMs = Date.now() + failureMaxAgeMs;
    });
    this.#discovered.set(issuer, entry);
    return entry.value;
  }
}

/** Convex allows the domain without a scheme; issuers are compared without a trailing slash. */
export function normalizedIssuer(issuer: string): string {
  const withScheme = /^[a-z]+:\/\//i.test(issuer) ? issuer : `https://${issuer}`;
  return withScheme.replace(/\/$/, '');
}

async function discoverJwksUrl(issuer: string): Promise<string> {
  const base = normalizedIssuer(issuer);
  const address = `${base}/.well-known/openid-configuration`;
  const fail = (why: string, cause?: unknown): never => {
    throw new AuthError(
      'AuthProviderDiscoveryFailed',
      `Auth provider discovery of ${base} failed: ${why} (asked ${address}). ` +
        'Check that the issuer in convex/auth.config.ts is right and that the provider is running.',
      { cause },
    );
  };
  const response = await fetch(address, { signal: AbortSignal.timeout(requestTimeoutMs) }).catch(
    (error: unknown) => fail('it did not answer', error),
  );
  if (!response.ok) return fail(`it answered ${response.status}`);
  const document: unknown = await response.json().catch((error) => fail('no JSON', error));
  const { issuer: named, jwks_uri: jwksUri } = Object(document) as Record<string, unknown>;
  if (typeof named !== 'string' || normalizedIssuer(named) !== base) {
    return fail(`the document names another issuer (${String(named)})`);
  }
  if (typeof jwksUri !== 'string') return fail('the document has no jwks_uri');
  return jwksUri;
}

function remoteKeySet(url: string): JWTVerifyGetKey {
  if (!URL.canParse(url)) {
    throw new AuthError(
      'AuthProviderDiscoveryFailed',
      `The JWKS address "${url}" is not a URL. Correct "jwks" in convex/auth.config.ts.`,
    );
  }
  return createRemoteJWKSet(new URL(url), {
    cooldownDuration: refetchCooldownMs,
    cacheMaxAge: cacheMaxAgeMs,
    timeoutDuration: requestTimeoutMs,
  });
}

function keySetOfDataUrl(url: string): JWTVerifyGetKey {
  const match = /^data:([^,]*),(.*)$/s.exec(url);
  try {
    const [, head = '', body = ''] = match ?? [];
    const text = head.endsWith(';base64')
      ? Buffer.from(decodeURIComponent(body), 'base64').toString('utf8')
      : decodeURIComponent(body);
    // jose checks the shape and throws when it is not a key set.
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
  } catch (cause) {
    throw new AuthError(
      'AuthProviderDiscoveryFailed',
      'The data: URL in "jwks" of convex/auth.config.ts does not hold a JSON Web Key Set.',
      { cause },
    );
  }
}
