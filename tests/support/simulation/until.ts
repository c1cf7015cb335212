/** What a step waits for takes milliseconds. */
const hangsAfterMs = 20_000;
/** Kept before any clock is faked: lets promises run without moving the faked clock. */
const realImmediate = setImmediate;
const realNowMs = performance.now.bind(performance);

export async function until(condition: () => boolean): Promise<void> {
  // By the real clock, not by turns: hashing may run on other threads, which a busy machine starves.
  const endMs = realNowMs() + hangsAfterMs;
  while (realNowMs() < endMs) {
    if (condition()) return;
    await new Promise((resolve) => realImmediate(resolve));
  }
  throw new Error('the simulation hangs');
}
