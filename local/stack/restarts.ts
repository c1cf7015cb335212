import type { Child, ChildExit } from './child';

/** The local Convex ends itself by it when an action never gives its thread back. */
const watchdogSignal = 'SIGUSR2';
/** More often within the time below, and starting again is no help. */
const restartsMax = 3;
const withinMs = 10 * 60_000;

/** Whether a part that ended is to be started again on its old ports. */
export class Restarts {
  readonly #atMs: number[] = [];

  constructor(private readonly nowMs: () => number = Date.now) {}

  isDue(child: Pick<Child, 'name'>, { signal }: ChildExit): boolean {
    if (child.name !== 'convex' || signal !== watchdogSignal) return false;
    const now = this.nowMs();
    while (this.#atMs.length > 0 && (this.#atMs[0] ?? 0) < now - withinMs) this.#atMs.shift();
    if (this.#atMs.length >= restartsMax) return false;
    this.#atMs.push(now);
    return true;
  }
}
