import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Commit, ReadScope } from './contract';
import { schemaOf } from './test-schema';
import { collect, fullScan, indexRange, temporaryFolder, temporaryStore } from './test-store';

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('transactions', () => {
  it('that throw leave no trace, not even their table', async () => {
    const store = temporaryStore();
    const before = store.currentTs();
    await expect(
      store.write((tx) => {
        tx.namespace('').insert('items', { n: 1 });
        tx.system.set('bucket', 'key', 1);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    const { value } = await store.read((tx) => ({
      tables: tx.namespace('').tables(),
      rows: tx.system.scan('bucket'),
    }));
    expect(value).toEqual({ tables: [], rows: [] });
    expect(store.currentTs()).toBe(before);
  });

  it('do not undo their neighbours in the same batch', async () => {
    const store = temporaryStore();
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((n) =>
        store.write((tx) => {
          tx.namespace('').insert('items', { n });
          if (n === 2) throw new Error('second');
        }),
      ),
    );
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    const { value } = await store.read((tx) => collect(tx.namespace(''), fullScan('items')));
    expect(value.map((document) => document['n'])).toEqual([1, 3]);
  });

  it('run one after the other, whole, also when their bodies wait', async () => {
    const store = temporaryStore();
    await store.write((tx) => tx.system.set('counter', 'n', 0));
    const increment = () =>
      store.write(async (tx) => {
        const n = tx.system.get('counter', 'n') as number;
        await turn();
        tx.system.set('counter', 'n', n + 1);
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    const { value } = await store.read((tx) => tx.system.get('counter', 'n'));
    expect(value).toBe(20);
  });

  it('stamp commits in strictly increasing order and leave the stamp when nothing was written', async () => {
    const store = temporaryStore({ nowMs: () => 5 });
    const write = () => store.write((tx) => tx.namespace('').insert('items', {}));
    const written = await Promise.all([write(), write(), write()]);
    const stamps = written.map(({ ts }) => ts);
    expect(stamps.every((ts, i) => i === 0 || ts > (stamps[i - 1] ?? 0n))).toBe(true);
    const idle = await store.write((tx) => tx.namespace('').count('items'));
    expect(idle).toEqual({ value: 3, ts: stamps[2], wrote: false });
    expect((await store.read(() => 0)).ts).toBe(stamps[2]);
  });

  it('refuse work after their function returned', async () => {
    const store = temporaryStore();
    let leaked: ReadScope | undefined;
    await store.write((tx) => {
      leaked = tx.namespace('');
      leaked.count('items');
    });
    expect(() => leaked?.count('items')).toThrow(code('TransactionClosed'));
  });

  it('that wait for what never comes fail alone, and the others go on', async () => {
    const store = temporaryStore({ bodyMsMax: 20 });
    let late: (() => void) | undefined;
    const hanging = store.write(async (tx) => {
      const scope = tx.namespace('');
      scope.insert('items', { n: 1 });
      late = () => scope.insert('items', { n: 2 });
      await new Promise<never>(() => {});
    });
    const next = store.write((tx) => tx.namespace('').count('items'));
    await expect(hanging).rejects.toThrow(code('TransactionStalled'));
    expect((await next).value).toBe(0);
    expect(late).toThrow(code('TransactionClosed'));
  });

  it('of a query cannot write', async () => {
    const store = temporaryStore();
    const attempt = store.read((tx) => {
      // The types forbid it; a function that cheats must fail too.
      const scope = tx.namespace('') as unknown as { insert(table: string, value: object): string };
      return scope.insert('items', {});
    });
    await expect(attempt).rejects.toThrow('A query cannot write');
  });
});

describe('listeners', () => {
  it('hear each commit once, in order, after its results and with its stamp', async () => {
    const store = temporaryStore();
    const heard: Commit[] = [];
    const settled: bigint[] = [];
    store.onCommit((commit) => {
      expect(settled).toContain(commit.ts);
      heard.push(commit);
    });
    const write = (n: number) =>
      store
        .write((tx) => tx.namespace('').insert('items', { n }))
        .then(({ ts }) => void settled.push(ts));
    await Promise.all([1, 2, 3].map(write));
    await store.write((tx) => tx.namespace('').count('items'));
    await vi.waitFor(() => expect(heard).toHaveLength(3));
    expect(heard.map(({ ts }) => ts)).toEqual(settled);
  });

  it('are told of newer commits only after a reader could note what it read', async () => {
    const store = temporaryStore();
    const { ts } = await store.write((tx) => tx.namespace('').insert('items', { n: 0 }));
    const missed: Commit[] = [];
    let noted = false;
    store.onCommit((commit) => {
      if (!noted && commit.ts > ts) missed.push(commit);
    });
    const reading = store.read((tx) => tx.namespace('').count('items')).then(() => (noted = true));
    const writing = store.write((tx) => tx.namespace('').insert('items', { n: 1 }));
    await Promise.all([reading, writing]);
    await vi.waitFor(() => expect(store.commitsAfter(ts)).toHaveLength(1));
    await turn();
    expect(missed).toEqual([]);
  });

  it('and everything else in the process have their turn while someone writes without pause', async () => {
    const store = temporaryStore();
    let isHeard = false;
    store.onCommit(() => (isHeard = true));
    let writes = 0;
    while (!isHeard && writes < 1_000) {
      await store.write((tx) => tx.namespace('').insert('items', { n: writes }));
      writes++;
    }
    expect(writes).toBeLessThan(5);
  });

  it('can stop listening', async () => {
    const store = temporaryStore();
    const listener = vi.fn<(commit: Commit) => void>();
    const stop = store.onCommit(listener);
    stop();
    await store.write((tx) => tx.namespace('').insert('items', {}));
    await turn();
    expect(listener).not.toHaveBeenCalled();
  });
});

describe('the store', () => {
  it('finishes what is queued before it closes, and refuses afterwards', async () => {
    const store = temporaryStore();
    const writing = store.write((tx) => tx.namespace('').insert('items', {}));
    await store.close();
    expect((await writing).wrote).toBe(true);
    await expect(store.read(() => 0)).rejects.toThrow(code('StoreClosed'));
  });

  it('tells what was committed since a snapshot, or that it no longer knows', async () => {
    const store = temporaryStore();
    const start = store.currentTs();
    const write = () => store.write((tx) => tx.namespace('').insert('items', {}));
    const { ts: first } = await write();
    const { ts: second } = await write();
    expect(store.commitsAfter(start)?.map(({ ts }) => ts)).toEqual([first, second]);
    expect(store.commitsAfter(first)?.map(({ ts }) => ts)).toEqual([second]);
    expect(store.commitsAfter(second)).toEqual([]);
    expect(store.commitsAfter(start - 1n)).toBeUndefined();
  });

  it('keeps system rows in key order, by range and prefix', async () => {
    const store = temporaryStore();
    await store.write((tx) => {
      for (const key of ['b/2', 'a/1', 'b/1', 'c', '\u{10000}', '\uffff']) {
        tx.system.set('bucket', key, { key });
      }
      tx.system.set('other', 'b/1', null);
      const keys = (range?: object) => tx.system.scan('bucket', range).map(({ key }) => key);
      expect(keys()).toEqual(['a/1', 'b/1', 'b/2', 'c', '\uffff', '\u{10000}']);
      expect(keys({ prefix: 'b/' })).toEqual(['b/1', 'b/2']);
      expect(keys({ from: 'b/2', to: 'c' })).toEqual(['b/2']);
      expect(keys({ reverse: true, limit: 2 })).toEqual(['\u{10000}', '\uffff']);
      expect(tx.system.get('other', 'b/1')).toBeNull();
      expect(tx.system.get('other', 'b/2')).toBeUndefined();
      expect(tx.system.clear('bucket', { prefix: 'b/' })).toBe(2);
      tx.system.delete('bucket', 'c');
      expect(keys()).toEqual(['a/1', '\uffff', '\u{10000}']);
    });
  });

  it('restores its schema and documents after a restart', async () => {
    const folder = temporaryFolder();
    const first = temporaryStore({ folder });
    await first.write((tx) => {
      tx.applySchema('', schemaOf({ items: { indexes: { byN: ['n'] } } }));
      for (const n of [2, 1]) tx.namespace('').insert('items', { n });
    });
    await first.close();
    const second = temporaryStore({ folder });
    const { value } = await second.read((tx) =>
      collect(tx.namespace(''), indexRange('items.byN')).map((document) => document['n']),
    );
    expect(value).toEqual([1, 2]);
    expect(second.currentTs()).toBe(first.currentTs());
  });
});
