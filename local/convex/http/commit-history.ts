import type { Commit, Engine, ReadSet, Ts } from '../engine/contract';

/** Enough for `consistentQuery`, whose queries follow each other within seconds. */
const commitsKept = 2_000;

/** The newest commits, to tell whether a result of now is also the result of a moment ago. */
export class CommitHistory {
  readonly #commits: Commit[] = [];
  /** Commits after this are all held. */
  #heldAfter: Ts;

  constructor(engine: Engine) {
    this.#heldAfter = engine.currentTs();
    engine.onCommit((commit) => {
      this.#commits.push(commit);
      const dropped = this.#commits.length > commitsKept ? this.#commits.shift() : undefined;
      if (dropped) this.#heldAfter = dropped.ts;
    });
  }

  /** Whether what was read at `readTs` was the same at the earlier `atTs`; false when unknown. */
  isUnchanged(reads: ReadSet, atTs: Ts, readTs: Ts): boolean {
    if (atTs < this.#heldAfter || atTs > readTs) return false;
    return !this.#commits.some(
      (commit) => commit.ts > atTs && commit.ts <= readTs && reads.overlaps(commit),
    );
  }
}
