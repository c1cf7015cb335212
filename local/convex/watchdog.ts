import { Worker } from 'node:worker_threads';
import inspector from 'node:inspector';
import { onRunningActions } from './functions/running-actions';
import { selfLimitedDepth } from './self-limited';

/**
 * Ends the process when an action holds its only thread and never gives it back.
 *
 * Queries and mutations run under timers that end them alone. What an action does after its first
 * `await` runs in the event loop's own time, where nothing can end it but the end of the process
 * (decision 11). That is safe, for it is what a power cut does: all that was acknowledged is on
 * disk, mutations under way are sent again by their clients and applied once, actions under way
 * are failed at the next start. Who started the process starts it again (`local/stack`).
 *
 * A thread of its own watches a counter that the event loop keeps moving. It blames actions only,
 * and only for work: what is certain to end says so (`self-limited.ts`), and a process that waits
 * for its disk, or that a busy machine gives no processor, uses none.
 */

/**
 * How long the event loop may stand still while an action runs, and how much of the processor's
 * time it may use meanwhile.
 */
export const stallMsMax = 20_000;
/** By which the end is told from others; nothing else sends it, and nobody handles it. */
export const watchdogSignal = 'SIGUSR2';
const beatMs = 250;
/** Of shared text: names of the actions that run. */
const namesBytesMax = 4096;

export function startWatchdog(stallMs = stallMsMax): () => void {
  // At a breakpoint everything stands still, too.
  if (inspector.url() !== undefined) return () => {};
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const text = new Uint8Array(new SharedArrayBuffer(namesBytesMax));
  const worker = new Worker(watching, {
    eval: true,
    workerData: { beats, text, selfLimitedDepth, beatMs, stallMs, watchdogSignal },
  });
  worker.unref();
  const timer = setInterval(() => Atomics.add(beats, 0, 1), beatMs);
  timer.unref();
  const undo = onRunningActions((names) => {
    const bytes = Buffer.from(names.join(', ')).subarray(0, namesBytesMax);
    text.fill(0);
    text.set(bytes);
    Atomics.store(beats, 1, bytes.length);
  });
  return () => {
    undo();
    clearInterval(timer);
    void worker.terminate();
  };
}

/**
 * Counts its own ticks instead of looking at a clock: while the machine sleeps, neither thread
 * moves, and a clock that jumps means nothing. The processor's time is the whole process's.
 */
const watching = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { beats, text, selfLimitedDepth, beatMs, stallMs, watchdogSignal } = workerData;
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
let last = -1;
let ticks = 0;
let cpuMsBefore = 0;
setInterval(() => {
  const now = Atomics.load(beats, 0);
  const length = Atomics.load(beats, 1);
  if (now !== last || length === 0 || Atomics.load(selfLimitedDepth, 0) > 0) {
    last = now;
    ticks = 0;
    cpuMsBefore = cpuMs();
    return;
  }
  ticks += 1;
  if (ticks * beatMs < stallMs || cpuMs() - cpuMsBefore < stallMs) return;
  const names = Buffer.from(text.slice(0, length)).toString();
  writeSync(2, 'The event loop has stood still for ' + (ticks * beatMs) / 1000 + ' s while an action ran (' + names + '). ' +
    'An action that never awaits again holds everything up, so the process ends; nothing that was acknowledged is lost. ' +
    'Look for an endless loop after an await.\\n');
  process.kill(process.pid, watchdogSignal);
}, beatMs);
`;
