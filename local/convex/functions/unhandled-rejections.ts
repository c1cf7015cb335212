/**
 * A promise that a user function leaves rejected and unhandled must not end the whole runtime.
 * Promises of function contexts are told by their prototype; any other keeps Node's behaviour.
 */

const ownPrototypes = new WeakSet<object>();
let installed = false;
type Listener = (reason: unknown) => void;
const listeners = new Set<Listener>();

/** Makes a context's promises known. */
export function ownPromise(promise: PromiseConstructor): void {
  ownPrototypes.add(promise.prototype);
}

/** Hears of rejections nobody handled in user functions. Returns undo. */
export function onUnhandledRejection(listener: Listener): () => void {
  listeners.add(listener);
  if (!installed) {
    installed = true;
    process.on('unhandledRejection', report);
  }
  return () => listeners.delete(listener);
}

function report(reason: unknown, promise: Promise<unknown>): void {
  if (ownPrototypes.has(Object.getPrototypeOf(promise) as object)) {
    for (const listener of listeners) listener(reason);
    return;
  }
  // Being the only listener must not silence what is not ours.
  if (process.listenerCount('unhandledRejection') === 1) throw reason;
}
