import {
  decodeJwt,
  decodeProtectedHeader,
  errors as joseErrors,
  jwtVerify,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose';
import type { AuthProvider, JsonObject, UserIdentity } from '../engine/contract';
import { AuthError } from './auth-error';
import { normalizedIssuer, SigningKeys } from './signing-keys';
import { userIdentityFromClaims } from './user-identity';

export interface VerifiedToken {
  user: UserIdentity;
  /** Unix ms from which on the token proves nothing (`exp`, without leeway). */
  expiresAtMs: number;
}

/** Tolerated difference of clocks between provider and us. */
export const clockLeewayMs = 5_000;

const algorithms = ['RS256', 'ES256'];

/** Verified tokens kept; each call over HTTP brings one, mostly the same. */
const verifiedMax = 1_000;
/** A token is verified anew after this time, so that a provider can withdraw a key. */
const verifiedMsMax = 60_000;

interface KeptToken {
  verified: VerifiedToken;
  untilMs: number;
}

/**
 * Verifies user tokens against the deployment's auth configuration.
 * `providers` is asked each time, so that a push takes effect at once.
 */
export class TokenVerifier {
  readonly #keys = new SigningKeys();
  /** By the token's exact text, for the providers it was verified against. */
  readonly #kept = new Map<string, KeptToken>();
  #keptFor: AuthProvider[] = [];

  constructor(private readonly providers: () => AuthProvider[]) {}

  /** Throws `AuthError`. */
  async verify(token: string): Promise<VerifiedToken> {
    const providers = this.providers();
    if (providers !== this.#keptFor) this.#kept.clear();
    this.#keptFor = providers;
    const kept = this.#kept.get(token);
    if (kept && Date.now() < kept.untilMs) return kept.verified;
    const verified = await this.#verifyAnew(token);
    // A push meanwhile has other providers.
    if (providers === this.#keptFor) this.#keep(token, verified);
    return verified;
  }

  #keep(token: string, verified: VerifiedToken): void {
    const untilMs = Math.min(verified.expiresAtMs, Date.now() + verifiedMsMax);
    this.#kept.delete(token);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= verifiedMax && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(token, { verified, untilMs });
  }

  async #verifyAnew(token: string): Promise<VerifiedToken> {
    const { header, claims } = decode(token);
    const provider = this.#providerFor(claims);
    requireFields(header, claims, provider);
    const keys = await this.#keys.of(provider);
    const payload = await jwtVerify(token, keys, {
      algorithms: provider.algorithm ? [provider.algorithm] : algorithms,
      clockTolerance: clockLeewayMs / 1000,
      requiredClaims: ['sub', 'iat', 'exp'],
    })
      .then((verified) => verified.payload)
      .catch((error: unknown) => {
        throw explain(error);
      });
    return {
      // `requireFields` and jose have checked the three fields; the payload is parsed JSON.
      user: userIdentityFromClaims(
        payload as JsonObject & { iss: string; sub: string },
        provider.kind,
      ),
      expiresAtMs: Number(payload.exp) * 1000,
    };
  }

  #providerFor(claims: JWTPayload): AuthProvider {
    const providers = this.providers();
    const found = providers.find((provider) => matches(provider, claims));
    if (found) return found;
    const describe = (provider: AuthProvider) =>
      `${provider.issuer} (audience ${provider.applicationId ?? 'any'})`;
    const known =
      providers.length === 0
        ? 'no providers are configured'
        : `configured: ${providers.map(describe).join(', ')}`;
    throw new AuthError(
      'NoAuthProvider',
      `No auth provider found matching the given token: its issuer is ${String(claims.iss)}, ` +
        `its audience ${JSON.stringify(claims.aud ?? null)}; ${known}. Check convex/auth.config.ts.`,
    );
  }
}

function decode(token: string): { header: ProtectedHeaderParameters; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch (cause) {
    throw new AuthError('InvalidAuthHeader', 'Could not parse the token as a JWT.', { cause });
  }
}

function matches(provider: AuthProvider, claims: JWTPayload): boolean {
  const { iss, aud } = claims;
  if (typeof iss !== 'string') return false;
  const sameIssuer =
    provider.kind === 'oidc'
      ? normalizedIssuer(iss) === normalizedIssuer(provider.issuer)
      : iss === provider.issuer;
  if (!sameIssuer) return false;
  if (provider.applicationId === undefined) return provider.kind === 'customJwt';
  const audiences = Array.isArray(aud) ? aud : [aud];
  return audiences.includes(provider.applicationId);
}

/** What Convex's documentation demands of a token's form, before any key is fetched. */
function requireFields(
  header: ProtectedHeaderParameters,
  claims: JWTPayload,
  provider: AuthProvider,
): void {
  if (!algorithms.includes(header.alg ?? '')) {
    throw new AuthError(
      'InvalidAuthHeader',
      `The token is signed with ${String(header.alg)}; only RS256 and ES256 are supported.`,
    );
  }
  if (typeof claims.sub !== 'string' || claims.sub === '') {
    throw new AuthError('InvalidAuthHeader', 'The token has no "sub" claim.');
  }
  if (provider.kind !== 'customJwt') return;
  for (const field of ['kid', 'typ'] as const) {
    if (typeof header[field] !== 'string') {
      throw new AuthError('InvalidAuthHeader', `The token's header has no "${field}".`);
    }
  }
}

function explain(error: unknown): AuthError {
  if (error instanceof AuthError) return error;
  if (error instanceof joseErrors.JWTExpired) {
    return new AuthError('Unauthenticated', 'Could not verify token: the token has expired.');
  }
  if (error instanceof joseErrors.JWTClaimValidationFailed) {
    return new AuthError('Unauthenticated', `Could not verify token: ${error.message}.`);
  }
  if (error instanceof joseErrors.JWKSNoMatchingKey) {
    return new AuthError(
      'Unauthenticated',
      'Could not verify token: the provider publishes no key with the id that the token names.',
    );
  }
  if (error instanceof joseErrors.JWSSignatureVerificationFailed) {
    return new AuthError(
      'Unauthenticated',
      'Could not verify token: the signature does not match.',
    );
  }
  if (error instanceof joseErrors.JOSEAlgNotAllowed) {
    return new AuthError(
      'Unauthenticated',
      'Could not verify token: its algorithm is not the one in convex/auth.config.ts.',
    );
  }
  if (error instanceof joseErrors.JWKSTimeout || !(error instanceof joseErrors.JOSEError)) {
    return new AuthError(
      'AuthProviderDiscoveryFailed',
      "Could not fetch the auth provider's keys (JWKS). Check that the provider is running.",
      { cause: error },
    );
  }
  return new AuthError('Unauthenticated', `Could not verify token: ${error.message}.`, {
    cause: error,
  });
}
