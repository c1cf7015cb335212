import type { Identity, JsonObject, UserIdentity } from '../engine/contract';
import { sameSecret } from '../keys/instance-keys';
import { AuthError } from './auth-error';
import type { TokenVerifier } from './token-verifier';

/** An identity and until when (Unix ms) it may be acted on. */
export interface Bearer {
  identity: Identity;
  expiresAtMs?: number;
}

/** Turns what clients present (header, token, admin key) into an identity. Throws `AuthError`. */
export class Bearers {
  constructor(
    private readonly adminKey: string,
    private readonly tokens: TokenVerifier,
  ) {}

  /**
   * `Authorization: Bearer <jwt>`, `Convex <adminKey>`, or
   * `Convex <adminKey>:<base64 identity>` (`setAdminAuth`, `convex run --identity`).
   */
  async fromHeader(header: string | undefined): Promise<Bearer> {
    if (header === undefined || header === '') return { identity: { kind: 'none' } };
    const [, scheme = '', value = ''] = /^(\S+)\s+(.+)$/.exec(header.trim()) ?? [];
    switch (scheme.toLowerCase()) {
      case 'bearer':
        return this.fromToken(value);
      case 'convex':
        return this.fromAdminHeader(value);
      default:
        throw new AuthError(
          'InvalidAuthHeader',
          'The Authorization header must be "Bearer <token>" or "Convex <admin key>".',
        );
    }
  }

  async fromToken(token: string): Promise<Bearer> {
    const { user, expiresAtMs } = await this.tokens.verify(token);
    return { identity: { kind: 'user', user }, expiresAtMs };
  }

  fromAdminKey(key: string, impersonating?: unknown): Bearer {
    if (!this.isAdminKey(key)) throw badAdminKey();
    return {
      identity:
        impersonating === undefined || impersonating === null
          ? { kind: 'admin' }
          : { kind: 'admin', actingAs: actingIdentity(impersonating) },
    };
  }

  isAdminKey(key: string): boolean {
    return sameSecret(key, this.adminKey);
  }

  private fromAdminHeader(value: string): Bearer {
    // Neither the instance name nor hex nor base64 holds a colon, so the first one separates.
    const colon = value.indexOf(':');
    if (colon === -1) return this.fromAdminKey(value);
    const key = value.slice(0, colon);
    if (!this.isAdminKey(key)) throw badAdminKey();
    let identity: unknown;
    try {
      identity = JSON.parse(Buffer.from(value.slice(colon + 1), 'base64').toString('utf8'));
    } catch (cause) {
      throw new AuthError(
        'InvalidAuthHeader',
        'The identity after the admin key is not base64 of a JSON object.',
        { cause },
      );
    }
    return this.fromAdminKey(key, identity);
  }
}

function badAdminKey(): AuthError {
  return new AuthError(
    'BadAdminKey',
    'The provided admin key was invalid for this instance. ' +
      'Take it from CONVEX_SELF_HOSTED_ADMIN_KEY in the env file of the data folder.',
  );
}

function actingIdentity(value: unknown): UserIdentity {
  const { issuer, subject, ...rest } = Object(value) as JsonObject;
  if (typeof issuer !== 'string' || typeof subject !== 'string') {
    throw new AuthError(
      'InvalidAuthHeader',
      'The identity to act as needs the strings "issuer" and "subject".',
    );
  }
  return {
    ...rest,
    issuer,
    subject,
    tokenIdentifier:
      typeof rest.tokenIdentifier === 'string' ? rest.tokenIdentifier : `${issuer}|${subject}`,
  };
}
