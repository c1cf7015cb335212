import type { Commit } from './contract';
import { inTime } from './in-time';
import type { Transaction } from './transaction';

/** How the body of a transaction ended. */
export type Settled<T> = { ok: true; value: T } | { ok: false; error: Error };

export interface Attempted<T> {
  outcome: Settled<T>;
  commit?: Commit | undefined;
}

const succeeded = <T>(value: T): Settled<T> => ({ ok: true, value });
const failed = (error: unknown): Settled<never> => ({ ok: false, error: error as Error });

/** Runs the body of a transaction; at once, where it answers at once. Never throws. */
export function settled<T>(
  body: (tx: Transaction) => T | Promise<T>,
  tx: Transaction,
  bodyMsMax: number,
): Settled<T> | Promise<Settled<T>> {
  try {
    const running = body(tx);
    if (!(running instanceof Promise)) return succeeded(running);
    return inTime(running, bodyMsMax).then(succeeded<T>, failed);
  } catch (error) {
    return failed(error);
  }
}

/** A transaction that writes: what fails leaves nothing behind. */
export function attempt<T>(
  tx: Transaction,
  body: (tx: Transaction) => T | Promise<T>,
  bodyMsMax: number,
): Attempted<T> | Promise<Attempted<T>> {
  tx.parts.file.takeFailure();
  return once(settled(body, tx, bodyMsMax), (done) => {
    const ended = end(tx, done);
    if (!ended.outcome.ok) tx.undo();
    return ended;
  });
}

function end<T>(tx: Transaction, outcome: Settled<T>): Attempted<T> {
  const { file, clock } = tx.parts;
  const failure = file.takeFailure();
  if (failure) return { outcome: failed(failure) };
  if (!outcome.ok) return { outcome };
  try {
    const writes = tx.end();
    return { outcome, commit: writes && { ts: clock.nextTs(), writes } };
  } catch (error) {
    return { outcome: failed(error) };
  }
}

/** Goes on at once with what is there at once. */
export function once<T, U>(value: T | Promise<T>, goOn: (value: T) => U): U | Promise<U> {
  return value instanceof Promise ? value.then((late) => goOn(late)) : goOn(value);
}
