import {
  StoreError,
  type Commit,
  type ReadOutcome,
  type ReadTransaction,
  type Store,
  type Ts,
  type WriteOutcome,
  type WriteTransaction,
} from './contract';
import { CommitHistory } from './commit-history';
import { defaultBodyMsMax, inTime } from './in-time';
import { Transaction, type StoreParts } from './transaction';

/**
 * A batch shares one fsync. It ends when the queue is empty, after this many transactions, or
 * after this time: nobody waits long for those behind him.
 */
const batchTransactions = 256;
const batchMs = 20;

interface Task {
  mode: 'read' | 'write';
  /** Runs the body; what it returns is called once the batch's fate is known. */
  run(): Promise<{ commit?: Commit; settle: (failure?: Error) => void }>;
  reject(error: Error): void;
}

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

  read<T>(body: (tx: ReadTransaction) => T | Promise<T>): Promise<ReadOutcome<T>> {
    return new Promise((resolve, reject) => {
      this.#enqueue({
        mode: 'read',
        reject,
        run: async () => {
          const ts = this.#snapshotTs;
          const tx = new Transaction(this.parts, ts, 'read');
          const outcome = await settled(() => inTime(body(tx), this.bodyMsMax));
          tx.abandon();
          return {
            settle: (failure) => {
              if (failure) reject(failure);
              else if (!outcome.ok) reject(outcome.error);
              else resolve({ value: outcome.value, ts, reads: tx.reads });
            },
          };
        },
      });
    });
  }

  write<T>(body: (tx: WriteTransaction) => T | Promise<T>): Promise<WriteOutcome<T>> {
    return new Promise((resolve, reject) => {
      this.#enqueue({
        mode: 'write',
        reject,
        run: async () => {
          const snapshot = this.#snapshotTs;
          const tx = new Transaction(this.parts, snapshot, 'write');
          const { outcome, commit } = await this.#attempt(tx, body);
          return {
            commit,
            settle: (failure) => {
              if (failure) reject(failure);
              else if (!outcome.ok) reject(outcome.error);
              else resolve({ value: outcome.value, ts: commit?.ts ?? snapshot, wrote: !!commit });
            },
          };
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

  async #attempt<T>(tx: Transaction, body: (tx: WriteTransaction) => T | Promise<T>) {
    const { file, catalog, clock } = this.parts;
    const catalogVersion = catalog.version;
    file.exec('SAVEPOINT attempt');
    const outcome = await settled(async () => {
      const value = await inTime(body(tx), this.bodyMsMax);
      return { value, writes: tx.end() };
    });
    if (outcome.ok) {
      file.exec('RELEASE attempt');
      const { value, writes } = outcome.value;
      const commit = writes && { ts: clock.nextTs(), writes };
      return { outcome: { ok: true as const, value }, commit };
    }
    tx.abandon();
    // SQLite itself undoes everything on some errors (a full disk); the batch then fails as one.
    if (file.inTransaction) file.exec('ROLLBACK TO attempt; RELEASE attempt');
    if (catalog.version !== catalogVersion) catalog.reload();
    return { outcome, commit: undefined };
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
    setImmediate(() => void this.#drain());
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
    const { file } = this.parts;
    const finished: Awaited<ReturnType<Task['run']>>[] = [];
    const commits: Commit[] = [];
    const deadline = performance.now() + batchMs;
    let hasBegun = false;
    let failure: Error | undefined;
    while (finished.length < batchTransactions && performance.now() < deadline) {
      const task = this.#queue.shift();
      if (!task) break;
      try {
        if (task.mode === 'write' && !hasBegun) {
          file.exec('BEGIN IMMEDIATE');
          hasBegun = true;
        }
        const done = await task.run();
        finished.push(done);
        if (done.commit) commits.push(done.commit);
        if (hasBegun && !file.inTransaction) throw new Error('SQLite undid the transaction');
      } catch (error) {
        failure = error as Error;
        finished.push({ settle: (why) => task.reject(why ?? failure ?? new Error('unreachable')) });
        break;
      }
    }
    if (hasBegun) failure = this.#commit(commits.length > 0, failure);
    this.#handOut(finished, commits, failure);
  }

  #commit(hasWritten: boolean, failure: Error | undefined): Error | undefined {
    const { file, clock, catalog } = this.parts;
    if (!failure) {
      try {
        if (hasWritten) clock.save();
        file.exec('COMMIT');
        return undefined;
      } catch (error) {
        failure = error as Error;
      }
    }
    if (file.inTransaction) file.exec('ROLLBACK');
    catalog.reload();
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

type Settled<T> = { ok: true; value: T } | { ok: false; error: Error };

async function settled<T>(body: () => T | Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await body() };
  } catch (error) {
    return { ok: false, error: error as Error };
  }
}
