import { describe, expect, it } from 'vitest';
import type { PageRequest, PageResult, QueryJson, Store } from './contract';
import { schemaOf } from './test-schema';
import { fullScan, indexRange, temporaryFolder, temporaryStore } from './test-store';

async function numbers(count: number, folder = temporaryFolder()): Promise<Store> {
  const store = temporaryStore({ folder });
  await store.write((tx) => {
    tx.applySchema('', schemaOf({ items: { indexes: { byN: ['n'] } } }));
    for (let n = 0; n < count; n++) tx.namespace('').insert('items', { n });
  });
  return store;
}

const byN: QueryJson = indexRange('items.byN');
const page = async (store: Store, request: Partial<PageRequest>) =>
  (
    await store.read((tx) =>
      tx.namespace('').queryPage({ query: byN, cursor: null, pageSize: 3, ...request }),
    )
  ).value;
const ns = ({ page: texts }: PageResult) =>
  texts.map((text) => (JSON.parse(text) as { n: number }).n);
const withFilter = (divisor: number): QueryJson => ({
  ...byN,
  operators: [
    { filter: { $eq: [{ $mod: [{ $field: 'n' }, { $literal: divisor }] }, { $literal: 0 }] } },
  ],
});

describe('pages', () => {
  it('are done exactly when nothing follows', async () => {
    const store = await numbers(6);
    const first = await page(store, {});
    const second = await page(store, { cursor: first.continueCursor });
    const third = await page(store, { cursor: second.continueCursor });
    expect([ns(first), ns(second), ns(third)]).toEqual([[0, 1, 2], [3, 4, 5], []]);
    expect([first.isDone, second.isDone, third.isDone]).toEqual([false, true, true]);
  });

  it('stay adjacent by their end cursor while documents come and go', async () => {
    const store = await numbers(6);
    const first = await page(store, {});
    await store.write((tx) => {
      const scope = tx.namespace('');
      scope.insert('items', { n: 0.5 });
      scope.insert('items', { n: 2.5 });
      const last = scope
        .queryStream(indexRange('items.byN', [{ type: 'Eq', fieldPath: 'n', value: 2 }]))
        .next();
      scope.delete((JSON.parse(String(last)) as { _id: string })._id);
    });
    const endCursor = first.continueCursor;
    const again = await page(store, { endCursor });
    const next = await page(store, { cursor: endCursor, pageSize: 10 });
    expect(ns(again)).toEqual([0, 0.5, 1]);
    expect(again.continueCursor).toBe(endCursor);
    expect(ns(next)).toEqual([2.5, 3, 4, 5]);
  });

  it('go backwards in descending order', async () => {
    const store = await numbers(5);
    const query = indexRange('items.byN', [{ type: 'Lt', fieldPath: 'n', value: 4 }], 'desc');
    const first = await page(store, { query });
    const second = await page(store, { query, cursor: first.continueCursor });
    expect([ns(first), ns(second)]).toEqual([[3, 2, 1], [0]]);
    const again = await page(store, { query, endCursor: first.continueCursor });
    expect(ns(again)).toEqual([3, 2, 1]);
  });

  it('stop at the rows or bytes they may read and say where to split', async () => {
    const store = await numbers(20);
    const query = withFilter(10);
    const short = await page(store, { query, maximumRowsRead: 6 });
    expect(ns(short)).toEqual([0]);
    expect(short).toMatchObject({ isDone: false, pageStatus: 'SplitRequired' });
    const half = await page(store, { query, endCursor: short.splitCursor });
    const rest = await page(store, {
      query,
      cursor: short.splitCursor,
      endCursor: short.continueCursor,
    });
    expect([ns(half), ns(rest)]).toEqual([[0], []]);
    const bytes = await page(store, { maximumBytesRead: 1 });
    expect(ns(bytes)).toEqual([0]);
    const wide = await page(store, { query });
    expect(wide).toMatchObject({ isDone: true, pageStatus: 'SplitRecommended' });
  });

  it('of no size are empty and stay where they are', async () => {
    const store = await numbers(2);
    const none = await page(store, { pageSize: 0 });
    expect(none).toMatchObject({ page: [], isDone: false });
    expect(ns(await page(store, { cursor: none.continueCursor }))).toEqual([0, 1]);
  });

  it('of a table that comes later go on with the same cursor', async () => {
    const store = await numbers(0);
    const query = fullScan('later');
    const before = await page(store, { query });
    await store.write((tx) => tx.namespace('').insert('later', { n: 1 }));
    expect(ns(await page(store, { query, endCursor: before.continueCursor }))).toEqual([1]);
  });
});

describe('cursors', () => {
  it('of another query, folder or hand are refused as InvalidCursor', async () => {
    const store = await numbers(6);
    const { continueCursor: cursor } = await page(store, {});
    const otherFolder = await page(await numbers(6), {});
    const forged = Buffer.from(cursor, 'base64url');
    forged[12] = (forged[12] ?? 0) ^ 1;
    const attempts: Partial<PageRequest>[] = [
      { query: withFilter(2), cursor },
      { query: indexRange('items.byN', [], 'desc'), cursor },
      { cursor: otherFolder.continueCursor },
      { cursor: forged.toString('base64url') },
      { cursor: 'nonsense' },
      { cursor: '' },
      { endCursor: 'nonsense' },
    ];
    for (const attempt of attempts) {
      await expect(page(store, attempt)).rejects.toThrow(/InvalidCursor/);
    }
  });

  it('survive a restart and an index that was rebuilt', async () => {
    const folder = temporaryFolder();
    const store = await numbers(6, folder);
    const { continueCursor: cursor } = await page(store, {});
    await store.write((tx) => tx.applySchema('', null));
    await store.write((tx) => tx.applySchema('', schemaOf({ items: { indexes: { byN: ['n'] } } })));
    await store.close();
    const reopened = temporaryStore({ folder });
    expect(ns(await page(reopened, { cursor }))).toEqual([3, 4, 5]);
  });

  it('do not survive an index of other fields under the same name', async () => {
    const store = await numbers(6);
    const { continueCursor: cursor } = await page(store, {});
    await store.write((tx) => tx.applySchema('', schemaOf({ items: { indexes: { byN: ['m'] } } })));
    await expect(page(store, { cursor })).rejects.toThrow(/InvalidCursor/);
  });

  it.each<[string, Partial<PageRequest>, RegExp]>([
    ['a limit', { query: { ...byN, operators: [{ limit: 1 }] } }, /takes no limit/],
    ['half a document', { pageSize: 1.5 }, /numItems/],
    ['no rows at all', { maximumRowsRead: 0 }, /maximumRowsRead/],
  ])('refuse %s', async (_, request, message) => {
    await expect(page(await numbers(1), request)).rejects.toThrow(message);
  });
});
