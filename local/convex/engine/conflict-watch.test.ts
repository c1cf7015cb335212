import { expect, it } from 'vitest';
import type { Commit } from '../store/contract';
import { ConflictWatch } from './conflict-watch';

const commit = (ts: bigint): Commit => ({
  ts,
  writes: {
    keys: new Map(),
    tables: new Set(),
    documents: new Set(),
    searches: new Map(),
    everything: false,
  },
});

/** Commits 1, 2, ...; a read set that overlaps all of them, or none. */
function world() {
  const commits = [1n, 2n, 3n, 4n].map(commit);
  const lines: string[] = [];
  let nowMs = 0;
  const watch = new ConflictWatch({
    commitsAfter: (ts) => commits.filter((each) => each.ts > ts),
    warn: (_path, line) => lines.push(line),
    nowMs: () => nowMs,
  });
  const note = (path: string, startedTs: bigint, ts: bigint, options = {}) =>
    watch.note({
      path,
      sessionId: undefined,
      startedTs,
      ts,
      reads: { overlaps: () => true },
      ...options,
    });
  return { lines, note, sleep: (ms: number) => (nowMs += ms) };
}

it('names two mutations that were under way at once, one reading what the other wrote', () => {
  const { lines, note } = world();
  note('a:add', 0n, 1n);
  note('b:sum', 0n, 2n);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('Would conflict on Convex: b:sum read what a:add wrote');
});

it('says nothing of what read elsewhere, came later, or came from the same client', () => {
  const { lines, note } = world();
  note('a:add', 0n, 1n, { sessionId: 's' });
  note('b:elsewhere', 0n, 2n, { reads: { overlaps: () => false } });
  note('c:later', 2n, 3n);
  note('d:same', 0n, 4n, { sessionId: 's', reads: { overlaps: ({ ts }: Commit) => ts === 1n } });
  expect(lines).toEqual([]);
});

it('repeats itself once a minute at most', () => {
  const { lines, note, sleep } = world();
  note('a:add', 0n, 1n);
  note('b:sum', 0n, 2n);
  note('b:sum', 0n, 3n, { reads: { overlaps: ({ ts }: Commit) => ts === 1n } });
  expect(lines).toHaveLength(1);
  sleep(61_000);
  note('b:sum', 0n, 4n, { reads: { overlaps: ({ ts }: Commit) => ts === 1n } });
  expect(lines).toHaveLength(2);
});
