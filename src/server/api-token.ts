import { createHash } from 'node:crypto';
import { serverEnv } from '../env.server';
import { exchangePath, parseApiToken } from '../shared/api-tokens';
import { isErrorBody } from '../shared/error-codes';
import { AppError } from './app-error';
import type { Caller } from './caller';
import { convexAs, convexTimeoutMs } from './convex-client';
import { TokenCache } from './token-cache';

/** A refused token is not asked about again for so long; a new one is never in here. */
const refusedForMs = 5_000;
const refusedMax = 1_000;

async function askConvex(bearer: string): Promise<Response> {
  try {
    return await fetch(`${serverEnv().CONVEX_SITE_URL}${exchangePath}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}` },
      signal: AbortSignal.timeout(convexTimeoutMs),
    });
  } catch (cause) {
    throw new AppError('CONVEX_UNAVAILABLE', {}, cause);
  }
}

async function exchange(bearer: string): Promise<string> {
  const response = await askConvex(bearer);
  const answer: unknown = await response.json().catch(() => undefined);
  if (isErrorBody(answer)) throw AppError.from(answer);
  const token = typeof answer === 'object' && answer !== null && 'token' in answer && answer.token;
  if (response.ok && typeof token === 'string') return token;
  const cause = new Error(`the exchange of API tokens answered ${response.status}`);
  throw new AppError('CONVEX_UNAVAILABLE', {}, cause);
}

const tokens = new TokenCache({ mint: exchange });
/** By hash, so that a mistyped secret lies nowhere. */
const refused = new Map<string, { error: AppError; untilMs: number }>();

async function jwtOf(bearer: string): Promise<string> {
  const key = createHash('sha256').update(bearer).digest('base64');
  const known = refused.get(key);
  if (known && known.untilMs > Date.now()) throw known.error;
  try {
    return await tokens.get(bearer);
  } catch (error) {
    if (error instanceof AppError && error.body.code === 'TOKEN_INVALID') {
      if (refused.size >= refusedMax) refused.clear();
      refused.set(key, { error, untilMs: Date.now() + refusedForMs });
    }
    throw error;
  }
}

/** Whether a bearer credential claims to be one of ours rather than a session's. */
export function looksLikeApiToken(bearer: string | null): bearer is string {
  return bearer !== null && bearer.startsWith('rc_');
}

/**
 * Whoever holds this token, with a way into Convex that lasts a minute. The server keeps no right of
 * its own: only Convex can say what the token is good for.
 */
export function tokenCaller(bearer: string): Caller {
  const parts = parseApiToken(bearer);
  if (parts === null) throw new AppError('TOKEN_INVALID', { message: 'This is no API token.' });
  return {
    userId: `token:${parts.tokenId}`,
    sessionId: `token:${parts.tokenId}`,
    signedInAtMs: undefined,
    convex: async () => convexAs(serverEnv().CONVEX_URL, await jwtOf(bearer)),
  };
}
