/** Which actions run, or have just ended: an unawaited promise of theirs may still be at work. */

/** Nobody would blame an action for a loop that begins later than this after its end. */
const lingeringMs = 60_000;

/** How many calls of each there are; the one that was called last is last. */
const calls = new Map<string, number>();
const listeners = new Set<(names: string[]) => void>();
let newest: string | undefined;

/** Notes the beginning; the answer notes the end. */
export function actionStarted(name: string): () => void {
  const others = calls.get(name) ?? 0;
  // Taken out and put in again, it is the last one.
  if (name !== newest) calls.delete(name);
  calls.set(name, others + 1);
  if (name !== newest) tell();
  newest = name;
  return () => {
    setTimeout(() => forget(name), lingeringMs).unref();
  };
}

function forget(name: string): void {
  const others = (calls.get(name) ?? 1) - 1;
  if (others > 0) {
    calls.set(name, others);
    return;
  }
  calls.delete(name);
  if (name === newest) newest = undefined;
  tell();
}

/** Hears of every change, with each name once and the newest first. Returns undo. */
export function onRunningActions(listener: (names: string[]) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Thousands of calls of one action a minute are one name: not told again for each. */
function tell(): void {
  if (listeners.size === 0) return;
  const names = [...calls.keys()].toReversed();
  for (const listener of listeners) listener(names);
}
