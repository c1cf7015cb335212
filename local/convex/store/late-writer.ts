import { save, type BatchWriter, type Landed, type Work } from './batch-writer';
import { StoreError } from './contract';
import type { DatabaseFile } from './database-file';

/**
 * For tests: brings work to the disk some turns of the event loop later, as a thread does, and
 * sometimes fails to.
 */
export class LateWriter implements BatchWriter {
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
      landed(fails ? failure : save(this.file, work));
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

  finish(): void {
    this.#next?.();
  }

  async close(): Promise<void> {}
}
