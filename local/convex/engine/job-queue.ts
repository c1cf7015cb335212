import type { DueJob } from './contract';
import type { JobChanges, JobRow } from './job-changes';

/**
 * Scheduled functions that are pending, in memory and by time. Only what is durable gets in: it
 * is loaded at start, and changed after each commit.
 */
export class JobQueue {
  readonly #rows = new Map<string, JobRow>();
  /** Pending jobs, latest first: the next one is at the end. */
  #sorted: JobRow[] = [];
  readonly #listeners = new Set<() => void>();

  load(rows: Iterable<JobRow>): void {
    for (const row of rows) this.#rows.set(row.id, row);
    this.#sorted = [...this.#rows.values()].filter((row) => !row.isRunning).sort(later);
  }

  apply(changes: ReturnType<JobChanges['changes']>): void {
    if (changes.length === 0) return;
    for (const change of changes) {
      this.#remove(change.kind === 'put' ? change.row.id : change.id);
      if (change.kind === 'put') this.#add(change.row);
    }
    for (const listener of this.#listeners) listener();
  }

  row(id: string): JobRow | undefined {
    return this.#rows.get(id);
  }

  running(): JobRow[] {
    return [...this.#rows.values()].filter((row) => row.isRunning);
  }

  due(nowMs: number, limit: number): DueJob[] {
    const due: DueJob[] = [];
    for (let i = this.#sorted.length - 1; i >= 0 && due.length < limit; i -= 1) {
      const row = this.#sorted[i];
      if (!row || row.scheduledTimeMs > nowMs) break;
      const { id, componentPath, path, args, scheduledTimeMs, kind } = row;
      due.push({ id, componentPath, path, args, scheduledTimeMs, kind });
    }
    return due;
  }

  nextDueMs(): number | undefined {
    return this.#sorted.at(-1)?.scheduledTimeMs;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #add(row: JobRow): void {
    this.#rows.set(row.id, row);
    if (!row.isRunning) this.#sorted.splice(this.#position(row), 0, row);
  }

  #remove(id: string): void {
    const row = this.#rows.get(id);
    if (!row) return;
    this.#rows.delete(id);
    if (!row.isRunning) this.#sorted.splice(this.#position(row), 1);
  }

  /** Where a row is, or belongs. */
  #position(row: JobRow): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#sorted[middle];
      if (other && later(other, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Total order, so that a row is found again: by time, then by id. */
function later(a: JobRow, b: JobRow): number {
  if (a.scheduledTimeMs !== b.scheduledTimeMs) return b.scheduledTimeMs - a.scheduledTimeMs;
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
}
