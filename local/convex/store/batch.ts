import { endingByItself } from '../self-limited';
import type { Commit } from './contract';
import type { DatabaseFile } from './database-file';
import { Layer, type Sink } from './layer';
import { SqlSink } from './sql-sink';

/**
 * A batch becomes durable as one. It ends when the queue is empty, after this many transactions,
 * or after this time: nobody waits long for those behind him.
 */
const batchTransactions = 256;
const batchMs = 20;
/** Characters of bodies: what a batch holds in memory has an end, too. */
const batchSize = 8_000_000;

/** A transaction that waits for its turn. */
export interface Task {
  mode: 'read' | 'write';
  isFramed: boolean;
  /** Runs the body; at once, where the body answers at once. */
  run(batch: Batch): Finished | Promise<Finished>;
  reject(error: Error): void;
}

export interface Finished {
  commit?: Commit | undefined;
  /** Called once the batch's fate is known. */
  settle: (failure?: Error) => void;
}

/** Transactions that ran one after the other, and what they wrote: in a layer of its own. */
export class Batch {
  finished: Finished[] = [];
  commits: Commit[] = [];
  failure: Error | undefined;
  /** A transaction works in the file itself: it is the last one of its batch. */
  isInFile = false;
  readonly #deadline = performance.now() + batchMs;
  #ran = 0;

  constructor(
    /** Holds what was written, until that is in the file. */
    public layer: Layer,
    private readonly file: DatabaseFile,
    /** Brings everything that was written before into the file, at once; throws when it cannot. */
    readonly saveAllBefore: () => void,
  ) {}

  get isOpen(): boolean {
    if (this.failure || this.isInFile) return false;
    if (this.#ran >= batchTransactions || this.layer.size > batchSize) return false;
    return performance.now() < this.#deadline;
  }

  get hasWrites(): boolean {
    return !this.failure && !this.layer.isEmpty;
  }

  get sink(): Sink {
    return this.isInFile ? new SqlSink(this.file) : this.layer;
  }

  /** Takes out what has ended so far; the running transaction goes on in a layer of its own. */
  splitOff(layer: Layer): Batch {
    const ended = new Batch(this.layer, this.file, this.saveAllBefore);
    [ended.finished, this.finished] = [this.finished, []];
    [ended.commits, this.commits] = [this.commits, []];
    this.layer = layer;
    return ended;
  }

  /** As if none of its transactions had ever run. */
  discard(): void {
    this.layer = new Layer();
    this.finished = [];
    this.commits = [];
  }

  /** From now on the running transaction writes into the file, which has all that was before. */
  beginInFile(): void {
    this.file.exec('BEGIN IMMEDIATE');
    this.isInFile = true;
  }

  /** Runs a task; answers a promise only if it has to be waited for. */
  run(task: Task): Promise<void> | undefined {
    this.#ran += 1;
    try {
      // What functions do in it is under timers; an import or a new index is the runtime's own.
      const done = endingByItself(() => task.run(this));
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
  }

  #fail(task: Task, error: unknown): void {
    const failure = error as Error;
    this.failure = failure;
    this.finished.push({ settle: (why) => task.reject(why ?? failure) });
  }
}
