import type { Commit, ReadSet, Ts } from '../store/contract';

/** A mutation that committed, as far as conflicts need it. */
export interface Committed {
  path: string;
  /** Of the client's connection: it sends its mutations one after the other. */
  sessionId: string | undefined;
  /** The newest commit when it was asked for: what it would have read on Convex. */
  startedTs: Ts;
  ts: Ts;
  reads: ReadSet;
}

export interface ConflictWatchParts {
  commitsAfter(ts: Ts): Commit[] | undefined;
  warn(path: string, line: string): void;
  nowMs(): number;
}

/** Names of commits that mutations still under way may conflict with. */
const namesMax = 1_000;
/** Comparisons a second: under load a few conflicts say as much as all of them. */
const comparisonsMaxPerS = 2_000;
/** Between two warnings of the same two functions. */
const quietMs = 60_000;

/**
 * Tells of mutations that Convex would have run again: one read what another wrote while both were
 * under way. Here they run one after the other, so nothing ever conflicts, and whoever moves to
 * Convex would meet the conflicts there first.
 */
export class ConflictWatch {
  readonly #committed = new Map<Ts, Pick<Committed, 'path' | 'sessionId'>>();
  readonly #warnedAtMs = new Map<string, number>();
  #comparisons = 0;
  #secondMs = 0;

  constructor(private readonly parts: ConflictWatchParts) {}

  note(mutation: Committed): void {
    const { path, sessionId, startedTs, ts } = mutation;
    this.#committed.set(ts, { path, sessionId });
    for (const old of this.#committed.keys()) {
      if (this.#committed.size <= namesMax) break;
      this.#committed.delete(old);
    }
    for (const commit of this.parts.commitsAfter(startedTs) ?? []) {
      if (commit.ts >= ts || !this.#mayCompare()) return;
      const other = this.#committed.get(commit.ts);
      if (!other || (sessionId !== undefined && other.sessionId === sessionId)) continue;
      if (mutation.reads.overlaps(commit)) this.#warn(path, other.path);
    }
  }

  #mayCompare(): boolean {
    const now = this.parts.nowMs();
    if (Math.abs(now - this.#secondMs) >= 1_000) {
      this.#secondMs = now;
      this.#comparisons = 0;
    }
    this.#comparisons += 1;
    return this.#comparisons <= comparisonsMaxPerS;
  }

  #warn(path: string, other: string): void {
    const pair = `${path} ${other}`;
    const now = this.parts.nowMs();
    const before = this.#warnedAtMs.get(pair);
    if (before !== undefined && Math.abs(now - before) < quietMs) return;
    this.#warnedAtMs.set(pair, now);
    this.parts.warn(
      path,
      `Would conflict on Convex: ${path} read what ${other} wrote while both were under way. ` +
        'Convex runs it again, and fails it after several tries; here they ran one after the other.',
    );
  }
}
