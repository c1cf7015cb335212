import { endingByItself } from '../self-limited';
import type { BatchWriter } from './batch-writer';
import type { Commit } from './contract';
import type { DatabaseFile } from './database-file';
import { Layer, type LayerData, type Mark, type Sink } from './layer';
import type { Layers } from './layers';
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
  /** Called once the batch has ended and nothing but the disk can undo it. */
  ran?: () => void;
  /** Called once the batch's fate is known. */
  settle: (failure?: Error) => void;
}

/** What a batch needs of the store it belongs to. */
export interface BatchHost {
  readonly file: DatabaseFile;
  readonly layers: Layers;
  readonly writer: BatchWriter;
  /** Nothing lies between the batch and the disk. */
  isNext(batch: Batch): boolean;
  /** Brings everything that was written before into the file, at once; throws when it cannot. */
  saveAllBefore(batch: Batch): void;
}

/** A place in what a batch has written, to go back to. */
export interface BatchMark {
  /** Number of layers, and the place in the last of them. */
  layers: number;
  mark: Mark;
}

/**
 * Transactions that ran one after the other, and what they wrote: in layers, of which the earlier
 * ones may be on their way to the disk while the last transaction still runs.
 */
export class Batch {
  finished: Finished[] = [];
  commits: Commit[] = [];
  failure: Error | undefined;
  /** A transaction works in the file itself: it is the last one of its batch. */
  isInFile = false;
  readonly #deadline = performance.now() + batchMs;
  #ran = 0;
  #layers: Layer[];
  /** How many of the layers the writer has already. */
  #sent = 0;

  constructor(private readonly host: BatchHost) {
    this.#layers = [host.layers.push()];
  }

  get isOpen(): boolean {
    if (this.failure || this.isInFile) return false;
    if (this.#ran >= batchTransactions || this.size > batchSize) return false;
    return performance.now() < this.#deadline;
  }

  get hasWrites(): boolean {
    return !this.failure && this.#layers.some((layer) => !layer.isEmpty);
  }

  get size(): number {
    return this.#layers.reduce((sum, { size }) => sum + size, 0);
  }

  /** What the writer does not have yet, oldest first. */
  unsentLayers(): LayerData[] {
    return this.#layers.slice(this.#sent).map((layer) => layer.toData());
  }

  get sink(): Sink {
    if (this.isInFile) return new SqlSink(this.host.file);
    const { writer, layers } = this.host;
    const last = this.#last;
    if (last.size < writer.partSize || !this.host.isNext(this)) return last;
    // Of a large transaction, the beginning goes ahead. Counted first: it may be cut off anywhere.
    const parts = this.unsentLayers();
    this.#sent = this.#layers.length;
    for (const part of parts) writer.writePart(part);
    const next = layers.push();
    this.#layers.push(next);
    return next;
  }

  get #last(): Layer {
    // There is always one.
    return this.#layers.at(-1) as Layer;
  }

  mark(): BatchMark {
    return { layers: this.#layers.length, mark: this.#last.mark() };
  }

  backTo({ layers, mark }: BatchMark): void {
    if (layers <= this.#sent) this.#takeBack();
    while (this.#layers.length > layers) {
      const layer = this.#layers.pop();
      if (layer) this.#remove(layer);
    }
    this.#last.backTo(mark);
  }

  /** Nothing of it hides the file any more: it is there, or must never be. */
  removeLayers(): void {
    for (const layer of this.#layers) this.host.layers.remove(layer);
  }

  /** What it has written must never be in the file. */
  forget(): void {
    this.#takeBack();
    this.removeLayers();
  }

  /** As if none of its transactions had ever run; whatever state they were cut off in. */
  discard(): void {
    this.forget();
    this.#layers = [new Layer()];
    this.finished = [];
    this.commits = [];
  }

  #remove(layer: Layer): void {
    layer.backTo(0);
    this.host.layers.remove(layer);
  }

  #takeBack(): void {
    if (this.#sent > 0) this.host.writer.takeBack();
    this.#sent = 0;
  }

  /** Takes out what has ended so far; the running transaction goes on in a layer of its own. */
  splitOff(): Batch {
    const ended = new Batch(this.host);
    ended.removeLayers();
    [ended.finished, this.finished] = [this.finished, []];
    [ended.commits, this.commits] = [this.commits, []];
    [ended.#layers, this.#layers] = [this.#layers, [this.host.layers.push()]];
    [ended.#sent, this.#sent] = [this.#sent, 0];
    return ended;
  }

  /** Everything that was written before the running transaction is in the file from now on. */
  saveAllBefore(): void {
    this.host.saveAllBefore(this);
  }

  /** The running transaction writes into the file itself from now on. */
  beginInFile(): void {
    this.host.file.exec('BEGIN IMMEDIATE');
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
