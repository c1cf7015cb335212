import { describe, expect, it } from 'vitest';
import type { QueryJson, Store } from './contract';
import { schemaOf } from './test-schema';
import { collect, temporaryStore } from './test-store';
import type { Json } from '../values/value';

const find = (text: string, equal: { [field: string]: Json } = {}): QueryJson => ({
  source: {
    type: 'Search',
    indexName: 'people.search',
    filters: [
      { type: 'Search', fieldPath: 'text', value: text },
      ...Object.entries(equal).map(([fieldPath, value]) => ({
        type: 'Eq' as const,
        fieldPath,
        value,
      })),
    ],
  },
  operators: [],
});

async function people(...rows: { [field: string]: Json }[]): Promise<Store> {
  const store = temporaryStore();
  await store.write((tx) => {
    const filterFields = ['role', 'state'];
    tx.applySchema(
      '',
      schemaOf({ people: { searchIndexes: { search: { searchField: 'text', filterFields } } } }),
    );
    for (const row of rows) tx.namespace('').insert('people', row);
  });
  return store;
}

const texts = async (store: Store, query: QueryJson) =>
  (await store.read((tx) => collect(tx.namespace(''), query).map((it) => it['text']))).value;

describe('search', () => {
  it('finds whole words, any case, and the last one by its beginning', async () => {
    const store = await people(
      { text: 'Ada Lovelace ada@example.com' },
      { text: 'Bob Löve' },
      { text: 'Carla' },
    );
    expect(await texts(store, find('ADA'))).toEqual(['Ada Lovelace ada@example.com']);
    expect(await texts(store, find('lov'))).toEqual(['Ada Lovelace ada@example.com']);
    expect(await texts(store, find('löve'))).toEqual(['Bob Löve']);
    expect(await texts(store, find('lov ada'))).toEqual(['Ada Lovelace ada@example.com']);
    expect(await texts(store, find('lov bob'))).toEqual(['Bob Löve']);
    expect(await texts(store, find('example'))).toHaveLength(1);
    expect(await texts(store, find('  .,! '))).toEqual([]);
  });

  it('takes every search text as text, not as syntax', async () => {
    const store = await people({ text: 'plain' });
    for (const text of [
      '"',
      'a" OR "b',
      '*',
      'text:plain',
      'NOT x',
      'NEAR(a b)',
      "';--",
      '-',
      '^',
    ]) {
      await expect(texts(store, find(text))).resolves.toBeInstanceOf(Array);
    }
    expect(await texts(store, find('NOT plain'))).toEqual(['plain']);
  });

  it('puts the better match first and the newer first among equals', async () => {
    const store = await people(
      { text: 'red car and a long tail of other words that dilute it' },
      { text: 'red red red' },
      { text: 'blue boat' },
      { text: 'blue boat' },
      { text: 'green', role: 'x' },
    );
    expect((await texts(store, find('red')))[0]).toBe('red red red');
    const { value } = await store.read((tx) =>
      collect(tx.namespace(''), find('boat')).map((it) => it['_creationTime'] as number),
    );
    expect(value).toEqual([...value].sort((a, b) => b - a));
    expect(value).toHaveLength(2);
  });

  it('filters by equality of each filter field, missing ones included', async () => {
    const store = await people(
      { text: 'x 1', role: 'admin', state: 'active' },
      { text: 'x 2', role: 'staff', state: 'active' },
      { text: 'x 3', role: 'staff' },
      { text: 'x 4', role: ['staff'], state: 'active' },
    );
    expect(await texts(store, find('x', { role: 'staff' }))).toEqual(['x 3', 'x 2']);
    expect(await texts(store, find('x', { role: 'staff', state: 'active' }))).toEqual(['x 2']);
    expect(await texts(store, find('x', { state: { $undefined: null } }))).toEqual(['x 3']);
    expect(await texts(store, find('x', { role: ['staff'] }))).toEqual(['x 4']);
  });

  it('follows every change of a document', async () => {
    const store = await people({ text: 'first', role: 'staff' });
    await store.write((tx) => {
      const scope = tx.namespace('');
      const id = collect(scope, find('first'))[0]?.['_id'] as string;
      const found = (text: string, role?: string) =>
        collect(scope, find(text, role === undefined ? {} : { role })).length;
      scope.patch(id, { text: 'second' });
      expect([found('first'), found('second')]).toEqual([0, 1]);
      scope.patch(id, { role: 'admin' });
      expect([found('second', 'staff'), found('second', 'admin')]).toEqual([0, 1]);
      scope.patch(id, { text: 5 });
      expect(found('second')).toBe(0);
      scope.patch(id, { text: 'third' });
      const nested = tx.savepoint();
      scope.delete(id);
      expect(found('third')).toBe(0);
      nested.rollback();
      expect(found('third')).toBe(1);
    });
    expect(await texts(store, find('third'))).toEqual(['third']);
  });

  it('gives pages without gaps or doubles', async () => {
    const store = await people(...Array.from({ length: 25 }, (_, n) => ({ text: `word ${n}` })));
    const { value } = await store.read((tx) => {
      const seen: unknown[] = [];
      let cursor: string | null = null;
      for (let pages = 0; pages < 10; pages++) {
        const page = tx.namespace('').queryPage({ query: find('word'), cursor, pageSize: 10 });
        seen.push(...page.page.map((text) => (JSON.parse(text) as { text: string }).text));
        if (page.isDone) return { seen, pages: pages + 1 };
        cursor = page.continueCursor;
      }
      throw new Error('It does not end.');
    });
    expect(new Set(value.seen).size).toBe(25);
    expect(value.seen).toHaveLength(25);
    expect(value.pages).toBe(3);
  });

  it('gives at most 1,024 results', async () => {
    const store = await people(...Array.from({ length: 1_100 }, () => ({ text: 'same' })));
    expect(await texts(store, find('same'))).toHaveLength(1_024);
  });

  it.each<[string, QueryJson, RegExp]>([
    [
      'an unknown index',
      { ...find('x'), source: { ...find('x').source, indexName: 'people.no' } as never },
      /people\.no not found/,
    ],
    ['a field that is no filter', find('x', { age: 1 }), /does not filter by "age"/],
    [
      'no text',
      { ...find('x'), source: { ...find('x').source, filters: [] } as never },
      /exactly one \.search/,
    ],
  ])('refuses %s', async (_, query, message) => {
    const store = await people();
    await expect(texts(store, query)).rejects.toThrow(message);
  });
});
