import { timingSafeEqual } from 'node:crypto';
import { ClerkError } from '../http/clerk-error';
import type { Reply, RequestContext } from '../http/router';

/**
 * Runs before every Backend API request, in Clerk's order: the key, then injected trouble, then the
 * rates. A wrong key costs no one else their rate.
 */
export async function guardBackend(ctx: RequestContext): Promise<Reply | void> {
  assertSecretKey(ctx);
  const { faults, rateLimits } = ctx.services;
  const fault = await faults.strike({ method: ctx.method, path: ctx.path });
  if (fault) throw fault;
  rateLimits.take({ method: ctx.method, path: ctx.path });
}

function assertSecretKey(ctx: RequestContext): void {
  const header = ctx.headers.authorization;
  const given = /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (!given) {
    throw new ClerkError(401, {
      code: 'authorization_header_format_invalid',
      message: 'Invalid Authorization header format',
      longMessage: `Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'`,
    });
  }
  const { keys, moreSecretKeys } = ctx.services;
  if ([keys.secretKey, ...moreSecretKeys].some((key) => isSame(given, key))) return;
  const text =
    'The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.';
  throw new ClerkError(401, { code: 'clerk_key_invalid', message: text, longMessage: text });
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
