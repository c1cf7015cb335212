import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from './contract';
import { openStore } from './open-store';
import { underTimer } from '../functions/run-timer';

/** Bodies that wait together run in one frame, which may cut them off. */

const frameMs = 100;
let folder: string;
let store: Store;
let cuts: number;
beforeEach(async () => {
  cuts = 0;
  folder = await mkdtemp(join(tmpdir(), 'convex-frame-'));
  const frame = (work: () => void) => {
    if (!underTimer(frameMs, work)) cuts += 1;
  };
  store = openStore({ folder, frame });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const insert = (n: number) =>
  store.write((tx) => tx.namespace('').insert('rows', { n }), { isRepeatable: true });

const rows = async () => {
  const { value } = await store.read((tx) => {
    const query = { source: { type: 'FullTableScan', tableName: 'rows', order: null } } as const;
    const stream = tx.namespace('').queryStream({ ...query, operators: [] });
    const found: number[] = [];
    for (let text = stream.next(); text !== null; text = stream.next()) {
      found.push((JSON.parse(text) as { n: number }).n);
    }
    return found;
  });
  return value;
};

describe('transactions in a frame', () => {
  it('one that is cut off runs again by itself; the others are applied exactly once, in order', async () => {
    let attempts = 0;
    const first = insert(1);
    const slow = store.write(
      (tx) => {
        tx.namespace('').insert('rows', { n: 2 });
        attempts += 1;
        if (attempts === 1) for (;;);
        return 'second attempt';
      },
      { isRepeatable: true },
    );
    const answers = await Promise.all([first, slow, insert(3), insert(4)]);
    // A busy machine may cut off a frame more.
    expect(cuts).toBeGreaterThan(0);
    expect(answers[1].value).toBe('second attempt');
    expect(await rows()).toEqual([1, 2, 3, 4]);
    const stamps = answers.map(({ ts }) => ts);
    expect(stamps.every((ts, i) => i === 0 || ts > (stamps[i - 1] ?? 0n))).toBe(true);
  });

  it('one that waits lets those behind it follow, and one that fails leaves nothing', async () => {
    const first = insert(1);
    const waits = store.write(
      async (tx) => {
        tx.namespace('').insert('rows', { n: 2 });
        await Promise.resolve();
        return tx.namespace('').count('rows');
      },
      { isRepeatable: true },
    );
    const fails = store.write(
      (tx) => {
        tx.namespace('').insert('rows', { n: 99 });
        throw new Error('refused');
      },
      { isRepeatable: true },
    );
    const settled = await Promise.allSettled([first, waits, fails, insert(3)]);
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await rows()).toEqual([1, 2, 3]);
    expect(cuts).toBe(0);
  });

  it('a body that must not be repeated never runs in a frame', async () => {
    let runs = 0;
    const first = insert(1);
    const once = store.write((tx) => {
      runs += 1;
      const end = performance.now() + 2 * frameMs;
      while (performance.now() < end);
      tx.namespace('').insert('rows', { n: 5 });
    });
    await Promise.all([first, once, insert(3)]);
    expect([runs, cuts]).toEqual([1, 0]);
    expect(await rows()).toEqual([1, 5, 3]);
  });
});
