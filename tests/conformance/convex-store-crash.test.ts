import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findIndexFaults } from '../../local/convex/store/index-check';
import { openStore } from '../../local/convex/store/open-store';
import {
  collect,
  fullScan,
  indexRange,
  temporaryFolder,
} from '../../local/convex/store/test-store';

const writer = fileURLToPath(new URL('../../local/convex/store/crash-writer.ts', import.meta.url));

/** Starts the writer and kills it, hard, once it has acknowledged that many transactions. */
async function writeUntilKilled(folder: string, kills: number): Promise<number[]> {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', writer, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (!child.stdout) throw new Error('The writer has no output.');
  const acknowledged: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    acknowledged.push(Number(line));
    if (acknowledged.length === kills) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return acknowledged;
}

describe('a store whose process was killed', () => {
  it.each([37, 202, 411])(
    'holds every acknowledged transaction, none by half, with sound indexes (after %i)',
    async (kills) => {
      const folder = temporaryFolder();
      const acknowledged = await writeUntilKilled(folder, kills);
      expect(acknowledged.length).toBeGreaterThanOrEqual(kills);
      expect(findIndexFaults(folder)).toEqual([]);

      const store = openStore({ folder });
      onTestFinished(() => store.close());
      const { value } = await store.read((tx) => {
        const scope = tx.namespace('');
        return {
          documents: collect(scope, fullScan('pairs')),
          byN: collect(scope, indexRange('pairs.byN')).length,
          last: tx.system.get('acknowledged', 'last'),
        };
      });
      const halves = new Map<number, Set<unknown>>();
      for (const { n, half } of value.documents) {
        halves.set(n as number, (halves.get(n as number) ?? new Set()).add(half));
      }
      // Transactions run in order, so what survived is 1..last; all but the last ten lost a half.
      const last = value.last as number;
      expect(last).toBeGreaterThanOrEqual(Math.max(...acknowledged));
      for (let n = 1; n <= last; n++) {
        const expected = n <= last - 10 ? [1] : [1, 2];
        expect(
          [...(halves.get(n) ?? [])].sort((a, b) => Number(a) - Number(b)),
          `pair ${n} of ${last}`,
        ).toEqual(expected);
      }
      expect(halves.size).toBe(last);
      expect(value.byN).toBe(value.documents.length);
      const removedHalf = value.documents.filter((document) => document['mod'] === -1);
      expect(removedHalf.length).toBe(last - 10);
    },
    60_000,
  );

  it('goes on with later times and fresh ids', async () => {
    const folder = temporaryFolder();
    await writeUntilKilled(folder, 20);
    const store = openStore({ folder, nowMs: () => 1_000 });
    onTestFinished(() => store.close());
    const before = store.currentTs();
    const { ts, value } = await store.write((tx) => {
      const scope = tx.namespace('');
      const newest = collect(scope, fullScan('pairs', 'desc'))[0];
      const id = scope.insert('pairs', { n: 0 });
      return { newest, made: collect(scope, fullScan('pairs', 'desc'))[0], id };
    });
    expect(ts).toBeGreaterThan(before);
    expect(value.made?.['_id']).toBe(value.id);
    expect(value.made?.['_creationTime']).toBeGreaterThan(Number(value.newest?.['_creationTime']));
  });
});
