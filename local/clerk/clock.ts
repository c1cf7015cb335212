/** Time as the local Clerk sees it: the machine's, moved by an offset that tests can drive. */
export interface Clock {
  now(): number;
  /** The machine's own time: for what others verify against theirs (tokens, signatures). */
  machine(): number;
  offsetMs(): number;
  setOffset(offsetMs: number): void;
  advance(byMs: number): void;
  /** Called after every move; returns the way to stop listening. */
  onMove(listener: () => void): () => void;
}

export function createClock(machineTime: () => number = Date.now): Clock {
  let offset = 0;
  const listeners = new Set<() => void>();
  const move = (offsetMs: number) => {
    offset = offsetMs;
    for (const listener of listeners) listener();
  };
  return {
    now: () => machineTime() + offset,
    machine: machineTime,
    offsetMs: () => offset,
    setOffset: move,
    advance: (byMs) => move(offset + byMs),
    onMove(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
