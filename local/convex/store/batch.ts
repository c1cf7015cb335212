import { endingByItself } from '../self-limited';
import type { Commit } from './contract';
import type { DatabaseFile } from './database-file';

/**
 * A batch shares one fsync. It ends when the queue is empty, after this many transactions, or
 * after this time: nobody waits long for those behind him.
 */
const batchTransactions = 256;
const batchMs = 20;

/** A transaction that waits for its turn. */
export interface Task {
  mode: 'read' | 'write';
  isFramed: boolean;
  /** Runs the body; at once, where the body answers at once. */
  run(): Finished | Promise<Finished>;
  reject(error: Error): void;
}

export interface Finished {
  commit?: Commit | undefined;
  /** Called once the batch's fate is known. */
  settle: (failure?: Error) => void;
}

/** What shares one SQLite transaction. */
export class Batch {
  readonly finished: Finished[] = [];
  readonly commits: Commit[] = [];
  hasBegun = false;
  failure: Error | undefined;
  readonly #deadline = performance.now() + batchMs;

  constructor(private readonly file: DatabaseFile) {}

  get isOpen(): boolean {
    const { length } = this.finished;
    return !this.failure && length < batchTransactions && performance.now() < this.#deadline;
  }

  async run(task: Task): Promise<void> {
    await this.begin(task);
  }

  /** Runs a task; answers a promise only if it has to be waited for. */
  begin(task: Task): Promise<void> | undefined {
    try {
      if (task.mode === 'write' && !this.hasBegun) {
        this.file.exec('BEGIN IMMEDIATE');
        this.hasBegun = true;
      }
      // What functions do in it is under timers; an import or a new index is the runtime's own.
      const done = endingByItself(() => task.run());
      if (!(done instanceof Promise)) {
        this.#add(done);
        return undefined;
      }
      return done
        .then((late) => this.#add(late))
        .catch((error: unknown) => this.#fail(task, error));
    } catch (error) {
      this.#fail(task, error);
      return undefined;
    }
  }

  #add(done: Finished): void {
    this.finished.push(done);
    if (done.commit) this.commits.push(done.commit);
    if (!this.hasBegun || this.file.inTransaction) return;
    throw this.file.lastFailure ?? new Error('SQLite undid the transaction');
  }

  #fail(task: Task, error: unknown): void {
    const failure = error as Error;
    this.failure = failure;
    this.finished.push({ settle: (why) => task.reject(why ?? failure) });
  }
}
