import { AppError } from '../app-error';

/** Requests per caller: so many at once, and so many a minute in the long run. */
const burst = 120;
const perMinute = 600;
const callersMax = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Keeps one caller from taking the whole server. Commands have limits of their own in Convex, which
 * hold across servers; this one is each server's and covers reading too (D3).
 */
export function createRate(now: () => number = Date.now) {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;
  return function take(caller: string): void {
    const atMs = now();
    const known = buckets.get(caller);
    const full = known ? Math.min(burst, known.tokens + (atMs - known.atMs) * perMs) : burst;
    if (full < 1) {
      throw new AppError('RATE_LIMITED', { retryAfterMs: Math.ceil((1 - full) / perMs) });
    }
    buckets.delete(caller);
    buckets.set(caller, { tokens: full - 1, atMs });
    const oldest = buckets.keys().next();
    if (buckets.size > callersMax && !oldest.done) buckets.delete(oldest.value);
  };
}
