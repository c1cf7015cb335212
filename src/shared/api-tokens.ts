import { permissions, type Permission } from './permissions';

/**
 * API tokens: `rc_<id>_<secret>`. The id is public and names the row; the secret is 256 random bits,
 * shown once and known to Convex as a hash only.
 */

/**
 * What no token may be allowed to do: one that makes tokens could outlive its own revocation, and a
 * brake asks for two people.
 */
const forPeopleOnly = ['tokens:manage', 'brakes:decide'] as const satisfies readonly Permission[];

export type TokenScope = Exclude<Permission, (typeof forPeopleOnly)[number]>;

export const tokenScopes = permissions.filter(
  (permission): permission is TokenScope => !forPeopleOnly.some((one) => one === permission),
);

/** Longest name, and longest life in days. */
export const tokenNameLengthMax = 80;
export const tokenDaysMax = 365;

export const tokenIdPattern = /^[0-9a-z]{16}$/;
const tokenPattern = /^rc_([0-9a-z]{16})_([A-Za-z0-9_-]{43})$/;

export interface ApiTokenParts {
  tokenId: string;
  secret: string;
}

export function formatApiToken({ tokenId, secret }: ApiTokenParts): string {
  return `rc_${tokenId}_${secret}`;
}

/** The parts of a token; null for anything that cannot be one. */
export function parseApiToken(token: string): ApiTokenParts | null {
  const [, tokenId, secret] = tokenPattern.exec(token) ?? [];
  return tokenId === undefined || secret === undefined ? null : { tokenId, secret };
}

/** The credential of an `Authorization: Bearer` header. */
export function bearerOf(header: string | null): string | null {
  return /^bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1] ?? null;
}

/**
 * Issuer and audience of the short JWT that stands for a token in Convex. Only this deployment's own
 * key signs for this name, so it needs to be no address; `.invalid` is nobody's domain.
 */
export const apiTokenIssuer = 'https://api-token.rollcall.invalid';
export const apiTokenAudience = 'rollcall-api';

/** Where Convex exchanges a token, and publishes the key that the exchange signs with. */
export const exchangePath = '/api-token/exchange';
export const keySetPath = '/api-token/jwks.json';

/** The private ES256 key (a JWK) that `API_TOKEN_SIGNING_KEY` holds. */
export interface SigningKey {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  d: string;
}

/** Reads `API_TOKEN_SIGNING_KEY`; null when it is no such key. */
export function parseSigningKey(encoded: string): SigningKey | null {
  try {
    const value: unknown = JSON.parse(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')));
    if (typeof value !== 'object' || value === null) return null;
    const { kty, crv, x, y, d } = value as Record<string, unknown>;
    const isCoordinate = (part: unknown): part is string =>
      typeof part === 'string' && /^[\w-]{43}$/.test(part);
    if (kty !== 'EC' || crv !== 'P-256') return null;
    return isCoordinate(x) && isCoordinate(y) && isCoordinate(d) ? { kty, crv, x, y, d } : null;
  } catch {
    return null;
  }
}

/** A new ES256 key as `API_TOKEN_SIGNING_KEY` takes it: the private JWK, base64url. */
export async function generateSigningKey(): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', privateKey);
  return toBase64Url(JSON.stringify({ kty, crv, x, y, d }));
}

function toBase64Url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
