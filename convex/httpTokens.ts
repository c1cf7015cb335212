import { errorBody, errorCodes, type ErrorCode } from '../src/shared/error-codes';
import { bearerOf, parseApiToken } from '../src/shared/api-tokens';
import { internal } from './_generated/api';
import { httpAction } from './_generated/server';
import { exchangedForMs, publicKeySet, signingKey, signTokenJwt } from './model/apiTokenKey';
import { sha256Hex } from './model/audit';
import { log } from './model/log';

/**
 * An API token for a JWT that Convex itself accepts for a minute. Only this deployment holds the
 * signing key, so that no web server has a standing way in; the token goes into no log and no argument.
 */
export const exchangeApiToken = httpAction(async (ctx, request): Promise<Response> => {
  const key = signingKey();
  if (key === null) {
    const message = 'API_TOKEN_SIGNING_KEY is not set on the Convex deployment, or is malformed.';
    return refusal('NOT_CONFIGURED', { message });
  }
  const parts = parseApiToken(bearerOf(request.headers.get('authorization')) ?? '');
  if (parts === null) return refusal('TOKEN_INVALID', { message: 'This is no API token.' });
  const { tokenId, secret } = parts;
  const secretHash = await sha256Hex(secret);
  const verdict = await ctx.runMutation(internal.tokens.exchange, { tokenId, secretHash });
  switch (verdict.kind) {
    case 'bad':
      log('warn', 'token.refused', { tokenId, why: verdict.why });
      return refusal('TOKEN_INVALID', { message: verdict.why });
    case 'limited':
      return refusal('RATE_LIMITED', { retryAfterMs: verdict.retryAfterMs });
    case 'ok': {
      const now = Date.now();
      const expiresAt = Math.min(now + exchangedForMs, verdict.expiresAt);
      const token = await signTokenJwt(key, { tokenId, now, expiresAt });
      return Response.json({ token, expiresAt }, { headers: { 'Cache-Control': 'no-store' } });
    }
  }
});

/** The public half of the signing key, for Convex's own check of those JWTs. */
export const publishKeySet = httpAction(async () =>
  Response.json(await publicKeySet(signingKey())),
);

function refusal(
  code: ErrorCode,
  details: { message?: string; retryAfterMs?: number } = {},
): Response {
  const { retryAfterMs } = details;
  const headers = new Headers({ 'Cache-Control': 'no-store' });
  if (retryAfterMs !== undefined)
    headers.set('Retry-After', String(Math.ceil(retryAfterMs / 1000)));
  return Response.json(errorBody(code, details), { status: errorCodes[code].status, headers });
}
