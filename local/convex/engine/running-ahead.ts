import { FunctionFailure } from '../functions/user-errors';
import type { Ts } from '../store/contract';

/** What a mutation tells the action that goes on before it is on disk. */
export interface Ahead {
  /** The newest commit that the action has seen. */
  readonly seenTs: Ts;
  onRan(json: string, ts: Ts): void;
}

/**
 * Lets an action go on with what its mutations answered while that is still on its way to the
 * disk. Nobody can tell, as long as nothing leaves the action before it has arrived: who sends
 * something out, or ends, waits for `landed` first. Should the disk refuse it, the action has seen
 * what does not exist; from then on everything it asks for is refused.
 */
export class RunningAhead {
  #seenTs: Ts = 0n;
  /** Of the newest mutation; those before it land before it. */
  #landing: Promise<void> | undefined;
  #lost: FunctionFailure | undefined;

  /** Answers when the mutation has run. */
  mutation(run: (ahead: Ahead) => Promise<string>): Promise<string> {
    this.check();
    return new Promise((resolve, reject) => {
      const saved = run({
        seenTs: this.#seenTs,
        onRan: (json, ts) => {
          if (ts > this.#seenTs) this.#seenTs = ts;
          this.#landing = this.#landingOf(saved);
          resolve(json);
        },
      });
      saved.then(resolve, reject);
    });
  }

  #landingOf(saved: Promise<string>): Promise<void> {
    const landing = saved.then(
      () => {
        if (this.#landing === landing) this.#landing = undefined;
      },
      (error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        this.#lost ??= new FunctionFailure(why);
      },
    );
    return landing;
  }

  /** Resolves when all that the action has seen is on disk; undefined when it is. */
  landed(): Promise<void> | undefined {
    if (this.#lost) return Promise.reject(this.#lost);
    return this.#landing?.then(() => this.check());
  }

  /** Throws when the action has seen what does not exist. */
  check(): void {
    if (this.#lost) throw this.#lost;
  }
}
