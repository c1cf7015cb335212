import {
  apiTokenAudience,
  apiTokenIssuer,
  parseSigningKey,
  type SigningKey,
} from '../../src/shared/api-tokens';
import { sha256Hex } from './audit';
import { apiTokenSigningKey } from './environment';

/** How long a JWT stands for a token. The row is read at every call, so this bounds no revocation. */
export const exchangedForMs = 60_000;

/** The key of the deployment; null when it is not set or is none. */
export function signingKey(): SigningKey | null {
  const encoded = apiTokenSigningKey();
  return encoded === undefined ? null : parseSigningKey(encoded);
}

/** What Convex verifies exchanged tokens against: the public half, empty while tokens are off. */
export async function publicKeySet(key: SigningKey | null) {
  if (key === null) return { keys: [] };
  const { kty, crv, x, y } = key;
  return { keys: [{ kty, crv, x, y, kid: await keyId(key), alg: 'ES256', use: 'sig' }] };
}

/** A JWT that stands for `tokenId` until `expiresAt` (Unix ms). */
export async function signTokenJwt(
  key: SigningKey,
  { tokenId, now, expiresAt }: { tokenId: string; now: number; expiresAt: number },
): Promise<string> {
  const header = { alg: 'ES256', typ: 'JWT', kid: await keyId(key) };
  const claims = {
    iss: apiTokenIssuer,
    aud: apiTokenAudience,
    sub: tokenId,
    iat: Math.floor(now / 1000),
    exp: Math.floor(expiresAt / 1000),
  };
  const signed = `${base64Url(utf8(JSON.stringify(header)))}.${base64Url(utf8(JSON.stringify(claims)))}`;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const imported = await crypto.subtle.importKey('jwk', { ...key }, algorithm, false, ['sign']);
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    imported,
    utf8(signed),
  );
  return `${signed}.${base64Url(new Uint8Array(signature))}`;
}

/** Follows from the key, so that a new key has a new id without anybody choosing one. */
async function keyId(key: SigningKey): Promise<string> {
  return (await sha256Hex(`${key.x}.${key.y}`)).slice(0, 16);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function base64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
