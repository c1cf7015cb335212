import type { Ts } from './contract';
import type { DatabaseFile } from './database-file';

/** Smallest step of a float64 near today's Unix milliseconds is 2^-12; two keep a margin. */
const creationStepMs = 2 ** -11;
const nanosPerMs = 1_000_000n;

/** What the clock has given out, in decimal digits. */
export interface ClockData {
  lastTs: string;
  lastCreationMs: string;
}

export function saveClock(file: DatabaseFile, { lastTs, lastCreationMs }: ClockData): void {
  const save = file.statement('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)');
  save.run('last_ts', lastTs);
  save.run('last_creation_ms', lastCreationMs);
}

/**
 * Commit timestamps and creation times: both strictly increasing, across restarts and when the
 * system's clock goes back.
 */
export class Clock {
  #lastTs: Ts;
  #lastCreationMs: number;

  constructor(
    private readonly file: DatabaseFile,
    private readonly nowMs: () => number,
  ) {
    this.#lastTs = BigInt(this.#load('last_ts') ?? 0);
    this.#lastCreationMs = Number(this.#load('last_creation_ms') ?? 0);
  }

  get lastTs(): Ts {
    return this.#lastTs;
  }

  nextTs(): Ts {
    const now = BigInt(Math.floor(this.nowMs())) * nanosPerMs;
    this.#lastTs = now > this.#lastTs ? now : this.#lastTs + 1n;
    return this.#lastTs;
  }

  nextCreationMs(): number {
    const now = Math.floor(this.nowMs());
    this.#lastCreationMs = Math.max(now, this.#lastCreationMs + creationStepMs);
    return this.#lastCreationMs;
  }

  /** Creation times go on above this one, which came from elsewhere. */
  reach(creationMs: number): void {
    this.#lastCreationMs = Math.max(this.#lastCreationMs, creationMs);
  }

  /** Part of every commit, so that a restart goes on above. */
  toData(): ClockData {
    return { lastTs: String(this.#lastTs), lastCreationMs: String(this.#lastCreationMs) };
  }

  #load(name: string): string | undefined {
    const row = this.file
      .statement('SELECT CAST(value AS BLOB) FROM meta WHERE name = ?')
      .get(name);
    return row && this.file.text(row[0]);
  }
}
