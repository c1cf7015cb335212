import { afterAll, beforeAll, expect, it } from 'vitest';
import { actionStarted } from './functions/running-actions';
import { endingByItself } from './self-limited';
import { startWatchdog, watchdogSignal } from './watchdog';

const stallMs = 100;
/** Several looks of the watching thread. */
const standstillMs = 700;
const triesMax = 30;

let signals = 0;
const onSignal = () => (signals += 1);
let stop: () => void;
beforeAll(() => {
  process.on(watchdogSignal, onSignal);
  stop = startWatchdog(stallMs);
  actionStarted('test:works');
});
afterAll(() => {
  stop();
  process.off(watchdogSignal, onSignal);
});

/** Holds the thread, and lets signals in afterwards; how many there were. */
async function during(standstill: () => void): Promise<number> {
  // Lets the event loop turn, and the watching thread see it.
  await new Promise((resolve) => setTimeout(resolve, standstillMs));
  signals = 0;
  standstill();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return signals;
}

function work(): void {
  const endMs = performance.now() + standstillMs;
  while (performance.now() < endMs) JSON.stringify({ endMs });
}
const wait = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, standstillMs);

/** A thread that got no processor sees less: whether it ever happens, and whether it ever does not. */
async function outcomes(standstill: () => void, enough: (count: number) => boolean) {
  for (let tries = 0; tries < triesMax; tries += 1) {
    if (enough(await during(standstill))) return true;
  }
  return false;
}

it('ends the process for work without an end, and not for what ends by itself or only waits', async () => {
  expect(await outcomes(work, (count) => count > 0)).toBe(true);
  expect(await outcomes(wait, (count) => count === 0)).toBe(true);
  expect(
    await outcomes(
      () => endingByItself(work),
      (count) => count === 0,
    ),
  ).toBe(true);
});
