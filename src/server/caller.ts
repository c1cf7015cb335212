import { auth, clerkClient } from '@clerk/tanstack-react-start/server';
import type { ConvexHttpClient } from 'convex/browser';
import { serverEnv } from '../env.server';
import { AppError } from './app-error';
import { convexAs } from './convex-client';
import { TokenCache } from './token-cache';

/** Whoever signed the request, with a way into Convex as themselves. */
export interface Caller {
  /** Clerk user id. */
  userId: string;
  sessionId: string;
  /** Unix ms when this session signed in, as far as its token says. */
  signedInAtMs: number | undefined;
  convex(): Promise<ConvexHttpClient>;
}

/** The JWT template of Clerk's Convex integration (requirement B6). */
const convexTemplate = 'convex';

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

/** What a refusal to mint a token means for the person. */
export function mintingError(error: unknown): AppError {
  switch (statusOf(error)) {
    case 401:
    case 403:
      return new AppError('UNAUTHENTICATED', {}, error);
    case 404: {
      const message = `Clerk has no JWT template named "${convexTemplate}". Create it in the Clerk Dashboard, or run \`npm run doctor\`.`;
      return new AppError('NOT_CONFIGURED', { message }, error);
    }
    case 429:
      return new AppError('RATE_LIMITED', { retryAfterMs: 10_000 }, error);
    default:
      return new AppError('CLERK_UNAVAILABLE', {}, error);
  }
}

let clerk: ReturnType<typeof clerkClient> | undefined;

async function mintConvexToken(sessionId: string): Promise<string> {
  clerk ??= clerkClient();
  try {
    const token = await clerk.sessions.getToken(sessionId, convexTemplate);
    return token.jwt;
  } catch (error) {
    throw mintingError(error);
  }
}

const tokens = new TokenCache({ mint: mintConvexToken });

/** `fva` holds the minutes since each factor was verified; the first one dates the sign-in. */
function signInTime(claims: Record<string, unknown>): number | undefined {
  const fva = claims['fva'];
  const issuedAt = claims['iat'];
  if (!Array.isArray(fva) || typeof issuedAt !== 'number') return undefined;
  const minutes: unknown = fva[0];
  if (typeof minutes !== 'number' || minutes < 0) return undefined;
  return (issuedAt - minutes * 60) * 1000;
}

/** Who makes the request at hand; null when nobody is signed in. */
export async function currentCaller(): Promise<Caller | null> {
  const session = await auth();
  if (!session.isAuthenticated || !session.sessionId) return null;
  const { userId, sessionId } = session;
  const claims: Record<string, unknown> = session.sessionClaims;
  return {
    userId,
    sessionId,
    signedInAtMs: signInTime(claims),
    async convex() {
      // With Clerk's Convex integration switched on, the session token itself is for Convex.
      const own = claims['aud'] === 'convex' ? await session.getToken() : null;
      return convexAs(serverEnv().CONVEX_URL, own ?? (await tokens.get(sessionId)));
    },
  };
}

/** Like `currentCaller`, for places that are only for signed-in people. */
export async function requireCaller(): Promise<Caller> {
  const caller = await currentCaller();
  if (!caller) throw new AppError('UNAUTHENTICATED');
  return caller;
}
