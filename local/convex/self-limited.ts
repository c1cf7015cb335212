/**
 * Work that holds the one thread and ends by itself: under a timer, or the runtime's own, such as
 * an import. The watchdog (`watchdog.ts`) must not end the process for it, however long it takes.
 *
 * Shared memory, for the watchdog's thread looks on while this one is busy.
 */
export const selfLimitedDepth = new Int32Array(new SharedArrayBuffer(4));

/** Runs what is certain to end, up to its first `await` if it has one. */
export function endingByItself<T>(work: () => T): T {
  // Not counted down: what a timer cuts off within `work` cannot do so.
  const outer = Atomics.load(selfLimitedDepth, 0);
  Atomics.store(selfLimitedDepth, 0, outer + 1);
  try {
    return work();
  } finally {
    Atomics.store(selfLimitedDepth, 0, outer);
  }
}
