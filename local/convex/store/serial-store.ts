import { endingByItself } from '../self-limited';
import {
  StoreError,
  type BodyOptions,
  type Commit,
  type Frame,
  type ReadOutcome,
  type ReadTransaction,
  type Store,
  type Ts,
  type WriteOutcome,
  type WriteTransaction,
} from './contract';
import { attempt, once, settled } from './attempt';
import { Batch, type Task } from './batch';
import { CommitHistory } from './commit-history';
import { defaultBodyMsMax } from './in-time';
import { Transaction, type StoreParts } from './transaction';

const turnOfEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * The queue of transactions. Bodies run one after the other; writes gather in one SQLite
 * transaction, each in a savepoint of its own; results are handed out after its commit.
 */
export class SerialStore implements Store {
  #queue: Task[] = [];
  #isScheduled = false;
  #isRunning = false;
  #isClosed = false;
  #durableTs: Ts;
  #listeners = new Set<(commit: Commit) => void>();
  readonly #history: CommitHistory;
  #whenIdle: (() => void)[] = [];

  constructor(
    private readonly parts: StoreParts,
    private readonly bodyMsMax = defaultBodyMsMax,
    private readonly frame?: Frame,
  ) {
    this.#durableTs = parts.clock.lastTs;
    this.#history = new CommitHistory(this.#durableTs);
  }

  currentTs(): Ts {
    return this.#durableTs;
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  commitsAfter(ts: Ts): Commit[] | undefined {
    return this.#history.after(ts);
  }

  read<T>(
    body: (tx: ReadTransaction) => T | Promise<T>,
    options?: BodyOptions,
  ): Promise<ReadOutcome<T>> {
    return new Promise((resolve, reject) => {
      this.#enqueue({
        mode: 'read',
        isFramed: options?.isRepeatable ?? false,
        reject,
        run: () => {
          const ts = this.#snapshotTs;
          const tx = new Transaction(this.parts, ts, 'read');
          return once(settled(body, tx, this.bodyMsMax), (outcome) => {
            tx.abandon();
            const unread = this.parts.file.takeFailure();
            return {
              settle: (failure = unread) => {
                if (failure) reject(failure);
                else if (!outcome.ok) reject(outcome.error);
                else resolve({ value: outcome.value, ts, reads: tx.reads });
              },
            };
          });
        },
      });
    });
  }

  write<T>(
    body: (tx: WriteTransaction) => T | Promise<T>,
    options?: BodyOptions,
  ): Promise<WriteOutcome<T>> {
    return new Promise((resolve, reject) => {
      this.#enqueue({
        mode: 'write',
        isFramed: options?.isRepeatable ?? false,
        reject,
        run: () => {
          const snapshot = this.#snapshotTs;
          const tx = new Transaction(this.parts, snapshot, 'write');
          return once(attempt(tx, body, this.bodyMsMax), ({ outcome, commit }) => ({
            commit,
            settle: (failure) => {
              if (failure) reject(failure);
              else if (!outcome.ok) reject(outcome.error);
              else resolve({ value: outcome.value, ts: commit?.ts ?? snapshot, wrote: !!commit });
            },
          }));
        },
      });
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#isScheduled || this.#isRunning) {
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    }
    this.parts.file.close();
  }

  /** Inside a batch: with what its earlier transactions wrote. */
  get #snapshotTs(): Ts {
    return this.parts.clock.lastTs;
  }

  #enqueue(task: Task): void {
    if (this.#isClosed) {
      task.reject(new StoreError('StoreClosed', 'The store is closed.'));
      return;
    }
    this.#queue.push(task);
    if (this.#isScheduled || this.#isRunning) return;
    this.#isScheduled = true;
    // Not at once: whatever arrives in the same turn of the event loop shares the commit.
    // In a microtask, where a batch may be cut off (`functions/async-stack.ts`).
    void turnOfEventLoop().then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    this.#isScheduled = false;
    this.#isRunning = true;
    while (this.#queue.length > 0) {
      await this.#runBatch();
      // Callers that go on at once would else keep sockets, timers and listeners waiting forever.
      await turnOfEventLoop();
    }
    this.#isRunning = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #runBatch(): Promise<void> {
    const batch = new Batch(this.parts.file);
    if (this.frame && this.#queue[0]?.isFramed && this.#queue[1]?.isFramed) {
      if (!(await this.#runFramed(batch, this.frame))) return;
    } else {
      while (batch.isOpen) {
        const task = this.#queue.shift();
        if (!task) break;
        await batch.run(task);
      }
    }
    const { finished, commits } = batch;
    const failure = batch.hasBegun
      ? this.#commit(commits.length > 0, batch.failure)
      : batch.failure;
    this.#handOut(finished, commits, failure);
  }

  /** False when it was cut off: then all is undone, and each runs again without the frame. */
  async #runFramed(batch: Batch, frame: Frame): Promise<boolean> {
    const started: Task[] = [];
    let waiting: Promise<void> | undefined;
    let isCut = true;
    frame(() => {
      while (!waiting && batch.isOpen && this.#queue[0]?.isFramed) {
        const [task] = this.#queue;
        started.push(task);
        this.#queue.shift();
        waiting = batch.begin(task);
      }
      isCut = false;
    });
    // Ends the batch: whoever comes after it gets a frame again.
    await waiting;
    if (!isCut) return true;
    const { file, catalog } = this.parts;
    file.takeFailure();
    if (file.inTransaction) file.exec('ROLLBACK');
    catalog.reload();
    const next = this.#queue[0] === started.at(-1) ? started.slice(0, -1) : started;
    for (const task of started) task.isFramed = false;
    this.#queue.unshift(...next);
    return false;
  }

  #commit(hasWritten: boolean, failure: Error | undefined): Error | undefined {
    const { file, clock, catalog } = this.parts;
    if (!failure) {
      try {
        if (hasWritten) clock.save();
        endingByItself(() => file.exec('COMMIT'));
        return undefined;
      } catch (error) {
        failure = error as Error;
      }
    }
    file.takeFailure();
    if (file.inTransaction) file.exec('ROLLBACK');
    catalog.reload();
    if (failure instanceof StoreError) return failure;
    return new StoreError(
      'CommitFailed',
      `Nothing was saved: ${failure.message}. Check the disk that holds the data folder.`,
      { cause: failure },
    );
  }

  #handOut(
    finished: { settle: (failure?: Error) => void }[],
    commits: Commit[],
    failure: Error | undefined,
  ): void {
    if (!failure) {
      this.#durableTs = commits.at(-1)?.ts ?? this.#durableTs;
      for (const commit of commits) this.#history.add(commit);
    }
    for (const { settle } of finished) settle(failure);
    if (failure || commits.length === 0) return;
    setImmediate(() => {
      for (const commit of commits) for (const listener of this.#listeners) listener(commit);
    });
  }
}
