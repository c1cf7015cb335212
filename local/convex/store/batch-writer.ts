import { endingByItself } from '../self-limited';
import { saveClock, type ClockData } from './clock';
import { StoreError } from './contract';
import type { DatabaseFile } from './database-file';
import type { LayerData } from './layer';
import { SqlSink } from './sql-sink';

/** What becomes durable as one, with the parts that were written before. */
export interface Work {
  /** Oldest first. */
  layers: readonly LayerData[];
  clock: ClockData;
}

/** Called once with the fate of a piece of work; without a failure it is on disk. */
export type Landed = (failure: StoreError | undefined) => void;

/** Brings layers into the file, one piece of work at a time. */
export interface BatchWriter {
  /** Of a batch with so much to write, in characters of bodies, parts may be written ahead. */
  readonly partSize: number;
  /** Takes the first part, or one more, of the next piece of work. */
  writePart(layer: LayerData): void;
  /** The parts since the last piece of work are void. */
  takeBack(): void;
  /** Calls `landed` before it returns, or later. */
  write(work: Work, landed: Landed): void;
  /** Nothing is under way, nor open, nor to be taken back: others may write into the file. */
  readonly isResting: boolean;
  /** Holds the thread until what is under way has landed, or is taken back. */
  finish(): void;
  close(): Promise<void>;
}

/** Writes in the thread of its caller. */
export class InlineWriter implements BatchWriter {
  readonly partSize = Infinity;
  readonly isResting = true;

  constructor(private readonly file: DatabaseFile) {}

  write(work: Work, landed: Landed): void {
    landed(save(this.file, work));
  }

  writePart(): void {}

  takeBack(): void {}

  finish(): void {}

  async close(): Promise<void> {}
}

/** Ends a transaction of SQLite, on disk when it returns. Never throws: all or nothing is saved. */
export function save(file: DatabaseFile, { layers, clock }: Work): StoreError | undefined {
  try {
    for (const layer of layers) savePart(file, layer);
    if (!file.inTransaction) file.exec('BEGIN IMMEDIATE');
    saveClock(file, clock);
    endingByItself(() => file.exec('COMMIT'));
    return undefined;
  } catch (error) {
    return undo(file, error);
  }
}

/** Begins the transaction or goes on with it. */
export function savePart(file: DatabaseFile, layer: LayerData): void {
  if (!file.inTransaction) file.exec('BEGIN IMMEDIATE');
  new SqlSink(file).putLayer(layer);
}

/** Undoes what is open in the file; says why, in words for the developer. */
export function undo(file: DatabaseFile, error: unknown): StoreError {
  const reason = file.takeFailure() ?? error;
  // SQLite itself undoes everything on some errors (a full disk).
  if (file.inTransaction) file.exec('ROLLBACK');
  if (reason instanceof StoreError) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return new StoreError(
    'CommitFailed',
    `Nothing was saved: ${message}. Check the disk that holds the data folder.`,
    { cause: reason },
  );
}
