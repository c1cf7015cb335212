import { executionAsyncId } from 'node:async_hooks';
import vm from 'node:vm';
import { endingByItself } from '../self-limited';
import { clearIfUnbalanced } from './async-stack';

/**
 * Ends user code that would run forever. A timed script of Node is the only thing that can, and
 * each costs 0.1 to 0.3 ms, for it starts a thread. So one timer covers a whole transaction, the
 * host's own work between the pieces of user code included, as long as that is short: whoever
 * works under the timer asks `timerAgeMs` now and then and leaves it for a fresh one.
 *
 * Should it strike the host's own code all the same (one operation took seconds), the frames above
 * end without their `finally`. That is safe for what runs under it: the transaction is undone as
 * a whole, and every context that was at work is told never to be used again (`abandon`).
 */

/** What must not be used again after the timer struck while it was at work. */
export interface Abandonable {
  abandon(): void;
}

interface Timer {
  startedAt: number;
  atWork: Set<Abandonable>;
}

const globals: { run?: () => void } = {};
const context = vm.createContext(globals, { name: 'convex timer' });
const script = new vm.Script('run()', { filename: 'rollcall-prelude:timer.js' });
let current: Timer | undefined;

/**
 * Runs `body`; undefined when its time ran out. Must be called in a microtask
 * (`async-stack.ts`), and not under a timer.
 */
export function underTimer<T>(timeoutMs: number, body: () => T): { value: T } | undefined {
  if (current) throw new Error('A timer is running already.');
  const timer: Timer = { startedAt: performance.now(), atWork: new Set() };
  const asyncId = executionAsyncId();
  let ended: { value: T } | { error: unknown } | undefined;
  current = timer;
  globals.run = () => {
    try {
      ended = { value: body() };
    } catch (error) {
      ended = { error };
    }
  };
  try {
    endingByItself(() => {
      script.runInContext(context, { timeout: timeoutMs, displayErrors: false });
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    for (const realm of timer.atWork) realm.abandon();
    clearIfUnbalanced(asyncId);
    return undefined;
  } finally {
    current = undefined;
    globals.run = undefined;
  }
  if (!ended) throw new Error('unreachable: the timed script ended without running its body');
  if ('error' in ended) throw ended.error;
  return ended;
}

/**
 * Above what a batch of transactions takes that has nothing endless in it (the store ends batches
 * after 20 ms), and short, for whatever is cut off here runs again under a timer of its own.
 */
const sharedTimerMs = 1500;

/** One timer for `work` that runs several transactions; it may be cut off without a word. */
export function underSharedTimer(work: () => void): void {
  underTimer(sharedTimerMs, work);
}

export function isUnderTimer(): boolean {
  return current !== undefined;
}

/** How long the current timer has been running. */
export function timerAgeMs(): number {
  return current ? performance.now() - current.startedAt : 0;
}

/** Tells whom to abandon should the current timer strike. */
export function workUnderTimer(realm: Abandonable): void {
  current?.atWork.add(realm);
}
