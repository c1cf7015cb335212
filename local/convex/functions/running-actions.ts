/** Which actions run, or have just ended: an unawaited promise of theirs may still be at work. */

/** Nobody would blame an action for a loop that begins later than this after its end. */
const lingeringMs = 60_000;

const names = new Map<number, string>();
const listeners = new Set<(names: string[]) => void>();
let started = 0;

/** Notes the beginning; the answer notes the end. */
export function actionStarted(name: string): () => void {
  const id = (started += 1);
  names.set(id, name);
  tell();
  return () => {
    setTimeout(() => {
      names.delete(id);
      tell();
    }, lingeringMs).unref();
  };
}

/** Hears of every change, with the newest names first. Returns undo. */
export function onRunningActions(listener: (names: string[]) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  if (listeners.size === 0) return;
  const newest = [...names.values()].reverse();
  for (const listener of listeners) listener(newest);
}
