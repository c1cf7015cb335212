/**
 * Why a bearer of a token or key was not let in. Codes are the ones Convex clients see on the
 * wire; the message says what to check. Never carries the token.
 */
export type AuthErrorCode =
  /** The header or token is not of the expected form. */
  | 'InvalidAuthHeader'
  /** No provider of `auth.config.ts` has this issuer and audience. */
  | 'NoAuthProvider'
  /** The provider is right, but signature, time or claims are not. */
  | 'Unauthenticated'
  /** The provider's keys could not be read. */
  | 'AuthProviderDiscoveryFailed'
  | 'BadAdminKey';

export class AuthError extends Error {
  override readonly name = 'AuthError';

  constructor(
    readonly code: AuthErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
