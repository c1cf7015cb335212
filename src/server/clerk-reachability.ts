/** Longer than this, and a person is better served by a page that says what is wrong. */
const probeTimeoutMs = 2_500;

/** How long one good answer counts. */
const goodForMs = 30_000;

export interface ReachabilityOptions {
  fetch?: typeof globalThis.fetch;
  now?: () => number;
}

/**
 * Tells whether an address answers at all. Asked before a browser is sent to Clerk for a handshake:
 * from there it could not come back when Clerk is down.
 */
export function createReachability(options: ReachabilityOptions = {}) {
  const { fetch: request = globalThis.fetch, now = Date.now } = options;
  const answeredAtMs = new Map<string, number>();
  return async function isReachable(origin: string): Promise<boolean> {
    if (now() - (answeredAtMs.get(origin) ?? -Infinity) < goodForMs) return true;
    try {
      await request(origin, {
        method: 'HEAD',
        redirect: 'manual',
        signal: AbortSignal.timeout(probeTimeoutMs),
      });
      answeredAtMs.set(origin, now());
      return true;
    } catch {
      return false;
    }
  };
}
