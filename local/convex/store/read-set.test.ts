import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit, Store, WriteScope } from './contract';
import { apply, insert, observe, read, schema, write } from './test-reads-and-writes';
import { indexRange, temporaryStore } from './test-store';

async function commitOf(
  store: Store,
  body: (scope: WriteScope) => void,
  namespace = '',
): Promise<Commit[]> {
  const before = store.currentTs();
  await store.write((tx) => body(tx.namespace(namespace)));
  return store.commitsAfter(before) ?? [];
}

describe('read sets', () => {
  it('overlap every commit that changes the result (random reads and commits)', async () => {
    let changes = 0;
    let spared = 0;
    let runs = 0;
    const store = temporaryStore();
    await fc.assert(
      fc.asyncProperty(
        fc.array(insert, { minLength: 4, maxLength: 10 }),
        fc.array(read, { minLength: 4, maxLength: 10 }),
        fc.array(fc.array(write, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 8 }),
        async (first, reads, commits) => {
          const namespace = `run${runs++}`;
          const ids: string[] = [];
          await store.write((tx) => {
            tx.applySchema(namespace, schema);
            for (const each of first) apply(tx.namespace(namespace), each, ids);
          });
          const run = (each: (typeof reads)[number]) =>
            store.read((tx) => observe(tx.namespace(namespace), each, ids));
          let known = await Promise.all(reads.map(run));
          for (const writes of commits) {
            const made = await commitOf(
              store,
              (scope) => {
                for (const each of writes) apply(scope, each, ids);
              },
              namespace,
            );
            const now = await Promise.all(reads.map(run));
            const missed = known.flatMap((before, i) => {
              // A get of an id that did not exist yet is another read, not another result.
              const isNew = reads[i]?.kind === 'get' && before.value === '';
              const hasChanged = before.value !== now[i]?.value && !isNew;
              const isOverlapping = made.some((commit) => before.reads.overlaps(commit));
              if (hasChanged) changes++;
              else if (!isOverlapping && made.length > 0) spared++;
              return hasChanged && !isOverlapping ? [reads[i]] : [];
            });
            expect(missed).toEqual([]);
            known = now;
          }
        },
      ),
      { numRuns: 120 },
    );
    // Not vacuous: results did change, and commits elsewhere did leave read sets alone.
    expect(changes).toBeGreaterThan(100);
    expect(spared).toBeGreaterThan(100);
  }, 60_000);

  it('end where reading ended, not where the range does', async () => {
    const store = temporaryStore();
    await store.write((tx) => {
      tx.applySchema('', schema);
      for (const a of [10, 20, 30]) tx.namespace('').insert('items', { a });
    });
    const taken = await store.read((tx) => {
      const stream = tx.namespace('').queryStream(indexRange('items.byA'));
      return [stream.next(), stream.next()];
    });
    const insert = async (a: number) => {
      const [commit] = await commitOf(store, (scope) => scope.insert('items', { a }));
      return commit !== undefined && taken.reads.overlaps(commit);
    };
    expect(await insert(15)).toBe(true);
    expect(await insert(20.5)).toBe(false);
    expect(await insert(5)).toBe(true);
  });

  it('are void after a schema was applied: indexes may be others now', async () => {
    const store = temporaryStore();
    const { reads } = await store.read(() => 'nothing');
    const before = store.currentTs();
    await store.write((tx) => tx.applySchema('', schema));
    expect(store.commitsAfter(before)?.map((commit) => reads.overlaps(commit))).toEqual([true]);
  });

  it('are left alone by writes that were undone', async () => {
    const store = temporaryStore();
    const { reads } = await store.read((tx) => tx.namespace('').count('items'));
    const before = store.currentTs();
    await store.write((tx) => {
      const nested = tx.savepoint();
      tx.namespace('').insert('items', {});
      nested.rollback();
      tx.namespace('').insert('others', {});
    });
    expect(store.commitsAfter(before)?.map((commit) => reads.overlaps(commit))).toEqual([false]);
  });
});
