import { save, savePart, type BatchWriter, type Landed, type Work } from './batch-writer';
import { StoreError } from './contract';
import type { DatabaseFile } from './database-file';
import type { LayerData } from './layer';

/**
 * For tests: brings work to the disk some turns of the event loop later, as a thread does, and
 * sometimes fails to.
 */
export class LateWriter implements BatchWriter {
  readonly partSize: number = 40;
  #next: (() => void) | undefined;

  /** `failureRate`: of 1. */
  constructor(
    private readonly file: DatabaseFile,
    private readonly random: () => number,
    private readonly failureRate = 0,
  ) {}

  write(work: Work, landed: Landed): void {
    const fails = this.random() < this.failureRate;
    const failure = new StoreError('DiskFull', 'Nothing was saved: the test says so.');
    let isDone = false;
    const land = () => {
      if (isDone) return;
      isDone = true;
      landed(fails ? this.#fail(failure) : save(this.file, work));
    };
    this.#next = land;
    let turns = Math.floor(this.random() * 12);
    const wait = () => {
      if (turns === 0) return land();
      turns -= 1;
      setImmediate(wait);
    };
    setImmediate(wait);
  }

  #fail(failure: StoreError): StoreError {
    this.takeBack();
    return failure;
  }

  /** In the connection of the readers: what it holds is hidden from them by its layer. */
  writePart(layer: LayerData): void {
    savePart(this.file, layer);
  }

  takeBack(): void {
    if (this.file.inTransaction) this.file.exec('ROLLBACK');
  }

  get isResting(): boolean {
    return !this.file.inTransaction;
  }

  finish(): void {
    this.#next?.();
  }

  async close(): Promise<void> {}
}
