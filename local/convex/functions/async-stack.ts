import { executionAsyncId } from 'node:async_hooks';

/**
 * Where asynchronous calls are tracked (Node.js 20 and 22, once an `AsyncLocalStorage` is in use,
 * as actions need one), each promise that runs is put on a stack and taken off behind it. What a
 * timer cuts off within a promise stays there, and Node.js aborts the process as soon as it looks.
 *
 * Nothing public takes it off, but Node.js itself clears the stack whenever it has handled an
 * uncaught exception. So one is thrown and caught, in a microtask of its own: before anything
 * else looks, provided that the cut happened in a microtask, too. Whoever starts a timer therefore
 * does so behind an `await`, never in the callback of an immediate or a timer.
 */
export function clearIfUnbalanced(expectedId: number): void {
  if (executionAsyncId() === expectedId) return;
  if (process.hasUncaughtExceptionCaptureCallback()) return;
  queueMicrotask(() => {
    process.setUncaughtExceptionCaptureCallback(() =>
      process.setUncaughtExceptionCaptureCallback(null),
    );
    throw new Error('Caught at once: it clears the stack of asynchronous calls.');
  });
}

/** Runs `work` in a microtask of the event loop's next turn. */
export function inNextTurn(work: () => void): void {
  void new Promise<void>((resolve) => setImmediate(resolve)).then(work);
}
