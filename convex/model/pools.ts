import { RateLimiter } from '@convex-dev/rate-limiter';
import { Workpool } from '@convex-dev/workpool';
import { components } from '../_generated/api';
import type { MutationCtx } from '../_generated/server';
import { fail } from './errors';
import { pushParallelism } from './limits';

/** Everything that talks to Clerk's Backend API goes through this pool. */
export const clerkPool = new Workpool(components.workpool, {
  maxParallelism: pushParallelism,
  retryActionsByDefault: false,
  logLevel: 'WARN',
});

/** For questions to Clerk whose answer settles a tie: tried for about two minutes. */
export const refetchOptions = {
  retry: { maxAttempts: 8, initialBackoffMs: 1_000, base: 2 },
} as const;

const minuteMs = 60_000;

/**
 * Per person on public mutations; a bulk role change of a full page passes at once. Clerk allows an
 * instance 100 (development) or 1000 (production) requests per 10 s: we keep a fifth free for the
 * web server and other users of the key.
 */
const rates = {
  store: { kind: 'token bucket', rate: 60, period: minuteMs, capacity: 30 },
  updateRole: { kind: 'token bucket', rate: 300, period: minuteMs, capacity: 150 },
  setAccess: { kind: 'token bucket', rate: 300, period: minuteMs, capacity: 150 },
  retryPush: { kind: 'token bucket', rate: 120, period: minuteMs, capacity: 100 },
  tokens: { kind: 'token bucket', rate: 30, period: minuteMs, capacity: 30 },
  testConnection: { kind: 'token bucket', rate: 12, period: minuteMs, capacity: 6 },
  // A web server asks once a minute for each token; several servers and restarts have room.
  exchange: { kind: 'token bucket', rate: 60, period: minuteMs, capacity: 60 },
  badToken: { kind: 'token bucket', rate: 60, period: minuteMs, capacity: 120 },
  bulk: { kind: 'token bucket', rate: 10, period: minuteMs, capacity: 10 },
  checkSettings: { kind: 'token bucket', rate: 12, period: minuteMs, capacity: 12 },
  exportAudit: { kind: 'token bucket', rate: 6, period: minuteMs, capacity: 6 },
  replayDelivery: { kind: 'token bucket', rate: 60, period: minuteMs, capacity: 30 },
  writeCredential: { kind: 'token bucket', rate: 60, period: minuteMs, capacity: 60 },
  openCredential: { kind: 'token bucket', rate: 120, period: minuteMs, capacity: 120 },
  setName: { kind: 'token bucket', rate: 120, period: minuteMs, capacity: 60 },
  invite: { kind: 'token bucket', rate: 30, period: minuteMs, capacity: 30 },
  dismissPush: { kind: 'token bucket', rate: 120, period: minuteMs, capacity: 100 },
  decideBrake: { kind: 'token bucket', rate: 30, period: minuteMs, capacity: 10 },
  acknowledge: { kind: 'token bucket', rate: 120, period: minuteMs, capacity: 60 },
  sync: { kind: 'token bucket', rate: 30, period: minuteMs, capacity: 20 },
  /** Clerk: 10 updates of one person or their metadata per 10 s. A full bucket and its refill: 9. */
  clerkUserUpdates: { kind: 'token bucket', rate: 5, period: 10_000, capacity: 4 },
  // Rate and capacity together stay within what Clerk allows in any 10 s.
  clerkDevelopment: { kind: 'token bucket', rate: 80, period: 10_000, capacity: 20 },
  clerkProduction: { kind: 'token bucket', rate: 800, period: 10_000, capacity: 200 },
} as const;
const rateLimiter = new RateLimiter(components.rateLimiter, rates);

export type CallerLimit = Exclude<keyof typeof rates, `clerk${string}` | 'exchange' | 'badToken'>;

/** Refuses with RATE_LIMITED and the wait in milliseconds. `key` names who is limited. */
export async function limitCaller(ctx: MutationCtx, name: CallerLimit, key: string): Promise<void> {
  const { ok, retryAfter } = await rateLimiter.limit(ctx, name, { key });
  if (!ok) fail('RATE_LIMITED', { retryAfterMs: Math.ceil(retryAfter) });
}

type Room = { ok: true } | { ok: false; waitMs: number };

/** One more exchange of this API token. */
export async function limitExchange(ctx: MutationCtx, tokenId: string): Promise<Room> {
  const { ok, retryAfter } = await rateLimiter.limit(ctx, 'exchange', { key: tokenId });
  return ok ? { ok } : { ok, waitMs: Math.ceil(retryAfter) };
}

/** Counts a bad API token. Writes nothing once there is no room left. */
export async function takeBadToken(ctx: MutationCtx): Promise<Room> {
  const { ok, retryAfter } = await rateLimiter.check(ctx, 'badToken');
  if (!ok) return { ok, waitMs: Math.ceil(retryAfter) };
  await rateLimiter.limit(ctx, 'badToken');
  return { ok };
}

/** Takes requests out of Clerk's budget; otherwise how many milliseconds to wait. */
export async function takeClerkRequest(
  ctx: MutationCtx,
  instance: 'development' | 'production',
  count = 1,
): Promise<Room> {
  const name = instance === 'production' ? 'clerkProduction' : 'clerkDevelopment';
  const { ok, retryAfter } = await rateLimiter.limit(ctx, name, { count });
  return ok ? { ok } : { ok, waitMs: Math.ceil(retryAfter) };
}

/** Takes one update of this person out of what Clerk allows; otherwise how long to wait. */
export async function takeUserUpdate(ctx: MutationCtx, externalId: string): Promise<Room> {
  const { ok, retryAfter } = await rateLimiter.limit(ctx, 'clerkUserUpdates', { key: externalId });
  return ok ? { ok } : { ok, waitMs: Math.ceil(retryAfter) };
}
