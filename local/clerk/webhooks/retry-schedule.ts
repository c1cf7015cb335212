const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/**
 * Svix's schedule: how long after the failure of one attempt the next one goes out. Eight attempts
 * in all, the last about 27 hours and 35 minutes after the first.
 */
export const retryDelaysMs = [
  0,
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  10 * hourMs,
] as const;

/** An endpoint that has done nothing but fail for this long is disabled. */
export const disableAfterMs = 5 * 24 * hourMs;

/** How long an endpoint may take to answer. */
export const attemptTimeoutMs = 15 * secondMs;

/** Wait before the next attempt after `failed` scheduled ones, or null when that was the last. */
export function retryDelayMs(failed: number): number | null {
  return retryDelaysMs[failed] ?? null;
}
