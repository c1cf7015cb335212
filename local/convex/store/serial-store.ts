import {
  StoreError,
  type BodyOptions,
  type Commit,
  type Frame,
  type ReadOutcome,
  type ReadTransaction,
  type Store,
  type StoreOptions,
  type Ts,
  type WriteOptions,
  type WriteOutcome,
  type WriteTransaction,
} from './contract';
import { attempt, once, settled } from './attempt';
import { Batch, type BatchHost, type Task } from './batch';
import { save, undo, type BatchWriter } from './batch-writer';
import { saveClock } from './clock';
import { CommitHistory } from './commit-history';
import { defaultBodyMsMax } from './in-time';
import { Transaction, type StoreParts } from './transaction';

const turnOfEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Batches that may wait for those before them to reach the disk; then the queue waits, too. */
const waitingBatchesMax = 8;
/** Characters of bodies that are on disk in a moment. */
const briefSize = 200_000;
/** Characters of bodies that are worth no other thread. */
const loneSize = 20_000;

export type SerialStoreOptions = Pick<StoreOptions, 'bodyMsMax' | 'frame' | 'isQuiet'>;

/**
 * The queue of transactions. Bodies run one after the other, on what those before them left; what
 * they write gathers in the layers of batches. A writer brings these to the disk, one piece of
 * work after the other, while the next bodies run. Results are handed out once all that a body
 * could have seen is on disk; if that fails, nobody who saw it gets a result.
 */
export class SerialStore implements Store {
  #queue: Task[] = [];
  #isScheduled = false;
  #isRunning = false;
  #isClosed = false;
  #durableTs: Ts;
  #listeners = new Set<(commit: Commit) => void>();
  readonly #history: CommitHistory;
  readonly #host: BatchHost;
  readonly #bodyMsMax: number;
  readonly #frame: Frame | undefined;
  readonly #isQuiet: () => boolean;
  #whenIdle: (() => void)[] = [];
  /** The batch whose bodies run. */
  #running: Batch | undefined;
  /** Batches that have ended, oldest first. */
  #waiting: Batch[] = [];
  /** Batches that the writer has. */
  #written: Batch[] = [];
  #whenLanded: (() => void)[] = [];

  constructor(
    private readonly parts: StoreParts,
    private readonly writer: BatchWriter,
    { bodyMsMax = defaultBodyMsMax, frame, isQuiet = () => false }: SerialStoreOptions = {},
  ) {
    this.#bodyMsMax = bodyMsMax;
    this.#frame = frame;
    this.#isQuiet = isQuiet;
    this.#durableTs = parts.clock.lastTs;
    this.#host = {
      ...parts,
      writer,
      isNext: (batch) =>
        batch === this.#running && this.#written.length === 0 && this.#waiting.length === 0,
      saveAllBefore: (batch) => this.#saveAll(batch),
    };
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
        run: (batch) => {
          const ts = this.#snapshotTs;
          const tx = new Transaction(this.parts, ts, 'read', batch);
          return once(settled(body, tx, this.#bodyMsMax), (outcome) => {
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
    options?: WriteOptions<T>,
  ): Promise<WriteOutcome<T>> {
    return new Promise((resolve, reject) => {
      this.#enqueue({
        mode: 'write',
        isFramed: options?.isRepeatable ?? false,
        reject,
        run: (batch) => {
          const snapshot = this.#snapshotTs;
          const tx = new Transaction(this.parts, snapshot, 'write', batch);
          return once(attempt(tx, body, this.#bodyMsMax), ({ outcome, commit }) => {
            const unsaved = batch.isInFile ? this.#endInFile(outcome) : undefined;
            const answer = (value: T) => ({ value, ts: commit?.ts ?? snapshot, wrote: !!commit });
            return {
              commit: unsaved ? undefined : commit,
              ran: () => {
                if (!unsaved && outcome.ok) options?.onRan?.(answer(outcome.value));
              },
              settle: (failure = unsaved) => {
                if (failure) options?.onLost?.(failure);
                if (failure) reject(failure);
                else if (!outcome.ok) reject(outcome.error);
                else resolve(answer(outcome.value));
              },
            };
          });
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
    while (this.#written.length > 0) await this.#landing();
    await this.writer.close();
    this.parts.file.close();
  }

  /** With what earlier transactions wrote, also when that is not on disk yet. */
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
    // Not at once: whatever arrives in the same turn of the event loop shares a batch.
    // In a microtask, where a batch may be cut off (`functions/async-stack.ts`).
    void turnOfEventLoop().then(() => this.#drain());
  }

  async #drain(): Promise<void> {
    this.#isScheduled = false;
    this.#isRunning = true;
    while (this.#queue.length > 0) {
      // Whoever ran now would be answered after these anyway; together with others he costs less.
      if (this.#isBrieflyBusy()) await this.#landing();
      await this.#runBatch();
      this.#hand();
      while (this.#waiting.length >= waitingBatchesMax) await this.#landing();
      // Callers that go on at once would else keep sockets, timers and listeners waiting forever.
      await turnOfEventLoop();
    }
    this.#isRunning = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #runBatch(): Promise<void> {
    const batch = new Batch(this.#host);
    this.#running = batch;
    if (this.#frame && this.#queue[0]?.isFramed && this.#queue[1]?.isFramed) {
      await this.#runFramed(batch, this.#frame);
    } else {
      while (batch.isOpen) {
        const task = this.#queue.shift();
        if (!task) break;
        await batch.run(task);
      }
    }
    this.#running = undefined;
    if (batch.failure) this.#forget([batch]);
    else for (const { ran } of batch.finished) ran?.();
    if (!batch.hasWrites) batch.removeLayers();
    this.#waiting.push(batch);
  }

  /** When it is cut off, all is undone, and each runs again without the frame. */
  async #runFramed(batch: Batch, frame: Frame): Promise<void> {
    const started: Task[] = [];
    let waiting: Promise<void> | undefined;
    let isCut = true;
    frame(() => {
      while (!waiting && batch.isOpen && this.#queue[0]?.isFramed) {
        const [task] = this.#queue;
        started.push(task);
        this.#queue.shift();
        waiting = batch.run(task);
      }
      isCut = false;
    });
    // Ends the batch: whoever comes after it gets a frame again.
    await waiting;
    if (!isCut) return;
    this.parts.file.takeFailure();
    // Whatever was cut off may have left it in any state.
    batch.discard();
    this.parts.catalog.reload(this.parts.layers.tables());
    const next = this.#queue[0] === started.at(-1) ? started.slice(0, -1) : started;
    for (const task of started) task.isFramed = false;
    this.#queue.unshift(...next);
  }

  /** Hands the batches that wait to the writer, unless it is busy. */
  #hand(): void {
    if (this.#written.length > 0 || this.#waiting.length === 0) return;
    const batches = this.#waiting.splice(0);
    this.#written = batches;
    const unsaved = batches.filter(({ hasWrites }) => hasWrites);
    if (unsaved.length === 0) this.#land(undefined);
    else if (this.#isLone(unsaved)) this.#land(save(this.parts.file, this.#workOf(unsaved)));
    else this.writer.write(this.#workOf(unsaved), (failure) => this.#land(failure));
  }

  /** Saved here it is on disk sooner, and holds up nobody else. */
  #isLone(batches: readonly Batch[]): boolean {
    const [batch, ...others] = batches;
    if (!batch || others.length > 0 || this.#queue.length > 0) return false;
    return (
      batch.finished.length === 1 &&
      batch.size < loneSize &&
      this.writer.isResting &&
      this.#isQuiet()
    );
  }

  #isBrieflyBusy(): boolean {
    const size = this.#written.reduce((sum, batch) => sum + batch.size, 0);
    return this.#written.length > 0 && size < briefSize;
  }

  #workOf(batches: readonly Batch[]) {
    return {
      layers: batches.flatMap((batch) => batch.unsentLayers()),
      clock: this.parts.clock.toData(),
    };
  }

  /** What the writer had is on disk, or never will be. */
  #land(failure: StoreError | undefined): void {
    const batches = this.#written.splice(0);
    if (failure) {
      // Those that ran since have seen what does not exist.
      batches.push(...this.#waiting.splice(0));
      if (this.#running) this.#running.failure = failure;
      this.#forget([...batches, ...(this.#running ? [this.#running] : [])]);
    } else {
      for (const batch of batches) batch.removeLayers();
    }
    for (const batch of batches) this.#handOut(batch, failure ?? batch.failure);
    this.#hand();
    for (const resolve of this.#whenLanded.splice(0)) resolve();
  }

  #landing(): Promise<void> {
    return new Promise((resolve) => this.#whenLanded.push(resolve));
  }

  /** Undoes batches whole. */
  #forget(batches: readonly Batch[]): void {
    const { catalog, layers } = this.parts;
    for (const batch of batches) batch.forget();
    catalog.reload(layers.tables());
  }

  /**
   * Brings everything that was written before the running transaction into the file, holding the
   * thread. That one has written nothing; the others of its batch are done.
   */
  #saveAll(running: Batch): void {
    this.#waiting.push(running.splitOff());
    this.#hand();
    do this.writer.finish();
    while (this.#written.length > 0);
    if (running.failure) throw running.failure;
  }

  /** Ends what a transaction did in the file itself; says why it could not be saved. */
  #endInFile(outcome: { ok: boolean }): StoreError | undefined {
    const { file, clock, catalog } = this.parts;
    try {
      if (outcome.ok) {
        saveClock(file, clock.toData());
        file.exec('COMMIT');
        return undefined;
      }
      if (file.inTransaction) file.exec('ROLLBACK');
      catalog.reload();
      return undefined;
    } catch (error) {
      const failure = undo(file, error);
      catalog.reload();
      return failure;
    }
  }

  #handOut({ finished, commits }: Batch, failure: Error | undefined): void {
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
