import type { Commit, Ts } from './contract';

/**
 * Enough for queries that are being answered while commits go on; not a log. A key takes some 200
 * bytes: a sync of 100,000 people writes a million of them.
 */
export const maxCommits = 4_096;
export const maxKeys = 50_000;

/** The latest commits, for readers that must know what happened since their snapshot. */
export class CommitHistory {
  #commits: { commit: Commit; keys: number }[] = [];
  #keys = 0;
  /** Commits after this one are all here. */
  #completeAfter: Ts;

  constructor(startTs: Ts) {
    this.#completeAfter = startTs;
  }

  add(commit: Commit): void {
    let keys = 0;
    for (const list of commit.writes.keys.values()) keys += list.length;
    for (const list of commit.writes.searches.values()) keys += list.length;
    keys += commit.writes.documents.size;
    this.#commits.push({ commit, keys });
    this.#keys += keys;
    while (this.#commits.length > maxCommits || this.#keys > maxKeys) {
      const oldest = this.#commits.shift();
      if (!oldest) return;
      this.#keys -= oldest.keys;
      this.#completeAfter = oldest.commit.ts;
    }
  }

  /** Of all commits held. */
  get keys(): number {
    return this.#keys;
  }

  get commits(): number {
    return this.#commits.length;
  }

  after(ts: Ts): Commit[] | undefined {
    if (ts < this.#completeAfter) return undefined;
    // From the end: who asks wants the last few.
    let first = this.#commits.length;
    while (first > 0 && (this.#commits[first - 1]?.commit.ts ?? 0n) > ts) first -= 1;
    return this.#commits.slice(first).map(({ commit }) => commit);
  }
}
