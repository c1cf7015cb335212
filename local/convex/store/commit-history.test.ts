import { describe, expect, it } from 'vitest';
import { CommitHistory, maxCommits, maxKeys } from './commit-history';
import type { Commit } from './contract';

const key = '12345678';

function commit(ts: bigint, keys: number): Commit {
  return {
    ts,
    writes: {
      keys: new Map([[1, Array.from({ length: keys }, () => key)]]),
      searches: new Map(),
      tables: new Set(),
      documents: new Set(),
      everything: false,
    },
  };
}

const stamps = (commits: Commit[] | undefined) => commits?.map(({ ts }) => ts);

describe('the history of commits', () => {
  it('is bounded by what its commits hold, however few they are, and says what it lacks', () => {
    const history = new CommitHistory(0n);
    const keys = maxKeys / 5;
    for (let ts = 1n; ts <= 100n; ts += 1n) history.add(commit(ts, keys));
    expect(history.keys).toBeLessThanOrEqual(maxKeys);
    expect(stamps(history.after(95n))).toEqual([96n, 97n, 98n, 99n, 100n]);
    expect(history.after(94n)).toBeUndefined();
  });

  it('is bounded by their number, however small they are', () => {
    const history = new CommitHistory(0n);
    for (let ts = 1n; ts <= maxCommits + 100; ts += 1n) history.add(commit(ts, 1));
    expect(history.commits).toBe(maxCommits);
    expect(stamps(history.after(BigInt(maxCommits) + 99n))).toEqual([BigInt(maxCommits) + 100n]);
  });

  it('keeps nothing of a commit that alone is too large', () => {
    const history = new CommitHistory(0n);
    history.add(commit(1n, maxKeys + 1));
    expect(history.keys).toBe(0);
    expect(history.after(0n)).toBeUndefined();
    expect(stamps(history.after(1n))).toEqual([]);
  });
});
