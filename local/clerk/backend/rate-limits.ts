import type { Clock } from '../clock';
import { ClerkError } from '../http/clerk-error';

export const rateLimitModes = ['off', 'development', 'production'] as const;
export type RateLimitMode = (typeof rateLimitModes)[number];

const windowMs = 10_000;
/** Requests per window for the whole instance, as Clerk documents them. */
const instanceMax = { development: 100, production: 1000 } as const;
/** Updates of one user or of their metadata per window. */
const userUpdatesMax = 10;
/** Windows of people who were updated long ago are dropped when this many have gathered. */
const userWindowsMax = 10_000;

interface Window {
  startedAt: number;
  used: number;
}

export interface RateLimits {
  mode(): RateLimitMode;
  setMode(mode: RateLimitMode): void;
  /** Counts one request; throws Clerk's 429 with Retry-After when it is one too many. */
  take(request: { method: string; path: string }): void;
}

/** Fixed windows that start with their first request and follow the local clock. */
export function createRateLimits(clock: Clock, initial: RateLimitMode): RateLimits {
  let mode = initial;
  let instance: Window = { startedAt: 0, used: 0 };
  const users = new Map<string, Window>();

  const enter = (window: Window | undefined, now: number): Window =>
    window && now >= window.startedAt && now < window.startedAt + windowMs
      ? window
      : { startedAt: now, used: 0 };
  const spend = (window: Window, max: number, now: number) => {
    if (window.used >= max) throw tooManyRequests(window.startedAt + windowMs - now);
    window.used += 1;
  };
  const dropOld = (now: number) => {
    if (users.size < userWindowsMax) return;
    for (const [id, window] of users) if (enter(window, now) !== window) users.delete(id);
  };

  return {
    mode: () => mode,
    setMode(next) {
      mode = next;
      instance = { startedAt: 0, used: 0 };
      users.clear();
    },
    take(request) {
      if (mode === 'off') return;
      const now = clock.now();
      instance = enter(instance, now);
      spend(instance, instanceMax[mode], now);
      const userId = updatedUser(request);
      if (userId === null) return;
      dropOld(now);
      const window = enter(users.get(userId), now);
      users.set(userId, window);
      spend(window, userUpdatesMax, now);
    },
  };
}

function updatedUser({ method, path }: { method: string; path: string }): string | null {
  if (method !== 'PATCH' && method !== 'PUT') return null;
  return /^\/v1\/users\/([^/]+)(\/metadata)?$/.exec(path)?.[1] ?? null;
}

export function tooManyRequests(waitMs: number): ClerkError {
  const retryAfterS = Math.max(1, Math.ceil(waitMs / 1000));
  return new ClerkError(
    429,
    {
      code: 'too_many_requests',
      message: 'Too many requests. Please try again in a bit.',
      longMessage: 'Too many requests. Please try again in a bit.',
    },
    { 'retry-after': String(retryAfterS) },
  );
}
