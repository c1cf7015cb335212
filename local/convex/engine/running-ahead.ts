import { FunctionFailure } from '../functions/user-errors';
import type { Ts } from '../store/contract';

/** What a mutation tells the action that goes on before it is on disk. */
export interface Ahead {
  /** The newest commit that the action has seen. */
  readonly seenTs: Ts;
  /** Throws when what the action has seen is lost. To be asked when its turn has come, too. */
  check(): void;
  onRan(json: string, ts: Ts): void;
  onLost(why: Error): void;
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
    let hasRun = false;
    return new Promise((resolve, reject) => {
      const saved = run({
        seenTs: this.#seenTs,
        check: () => this.check(),
        onLost: ({ message }) => {
          if (hasRun) this.#lost ??= new FunctionFailure(message);
        },
        onRan: (json, ts) => {
          if (ts > this.#seenTs) this.#seenTs = ts;
          hasRun = true;
          this.#landing = this.#landingOf(saved);
          resolve(json);
        },
      });
      saved.then(resolve, reject);
    });
  }

  #landingOf(saved: Promise<string>): Promise<void> {
    const landed = () => {
      if (this.#landing === landing) this.#landing = undefined;
    };
    // Whether it was lost has been told by then.
    const landing = saved.then(landed, landed);
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
