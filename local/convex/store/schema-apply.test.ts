import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import { describe, expect, it } from 'vitest';
import type { SchemaJson, Store } from './contract';
import { findIndexFaults } from './index-check';
import { schemaOf } from './test-schema';
import { collect, indexRange, temporaryFolder, temporaryStore } from './test-store';
import type { Json } from '../values/value';

const text = { type: 'string' };
const required = (fieldType: Json): Json => ({ fieldType, optional: false });
const people = (fields: { [name: string]: Json }): Json => ({ type: 'object', value: fields });

async function storeWithPeople(folder = temporaryFolder()): Promise<Store> {
  const store = temporaryStore({ folder });
  await store.write((tx) => {
    tx.applySchema('', schemaOf({ people: { indexes: { byName: ['name'] } } }));
    for (const [i, name] of ['Cleo', 'Ada', 'Bob'].entries()) {
      tx.namespace('').insert('people', { name, age: 30 + i, at: { city: name.length } });
    }
  });
  return store;
}

const names = async (store: Store, index: string) =>
  (await store.read((tx) => collect(tx.namespace(''), indexRange(index)).map((it) => it['name'])))
    .value;

describe('applying a schema', () => {
  it('fills new indexes from the documents that are there', async () => {
    const folder = temporaryFolder();
    const store = await storeWithPeople(folder);
    const { value } = await store.write((tx) =>
      tx.applySchema(
        '',
        schemaOf({
          people: {
            indexes: { byName: ['name'], byCity: ['at.city', 'age'] },
            searchIndexes: { search: { searchField: 'name' } },
          },
          places: {},
        }),
      ),
    );
    expect(value).toEqual({
      addedIndexes: ['people.byCity', 'people.search'],
      removedIndexes: [],
      addedTables: ['places'],
    });
    expect(await names(store, 'people.byCity')).toEqual(['Ada', 'Bob', 'Cleo']);
    await store.close();
    expect(findIndexFaults(folder)).toEqual([]);
  });

  it('drops indexes that are gone, with their entries, and refills redefined ones', async () => {
    const folder = temporaryFolder();
    const store = await storeWithPeople(folder);
    const { value } = await store.write((tx) =>
      tx.applySchema('', schemaOf({ people: { indexes: { byName: ['age'] } } })),
    );
    expect(value.removedIndexes).toEqual(['people.byName']);
    expect(await names(store, 'people.byName')).toEqual(['Cleo', 'Ada', 'Bob']);
    await store.write((tx) => tx.applySchema('', null));
    await expect(names(store, 'people.byName')).rejects.toThrow(/people\.byName not found/);
    await store.close();
    expect(findIndexFaults(folder)).toEqual([]);
  });

  it('that existing documents do not match names table, id and path, and leaves the old one live', async () => {
    const store = await storeWithPeople();
    const strict = schemaOf({
      people: {
        indexes: { byAge: ['age'] },
        documentType: people({
          name: required(text),
          age: required({ type: 'number' }),
          at: required(people({ city: required(text) })),
        }),
      },
    });
    const attempt = store.write((tx) => tx.applySchema('', strict));
    await expect(attempt).rejects.toThrow(
      /Document with ID "\w{32}" in table "people"[\s\S]*Path: \.at\.city\nValue: [34]\n/,
    );
    const check = store.read((tx) => tx.namespace('').validateSchema(strict));
    await expect(check).rejects.toThrow(/in table "people"/);
    expect(await names(store, 'people.byName')).toEqual(['Ada', 'Bob', 'Cleo']);
    await expect(names(store, 'people.byAge')).rejects.toThrow(/not found/);
    await store.write((tx) => tx.namespace('').insert('people', { free: true }));
  });

  it('makes later writes obey it, in insert, patch and replace', async () => {
    const store = temporaryStore();
    const schema = schemaOf({
      people: { documentType: people({ name: required(text) }) },
      notes: { documentType: people({ by: required({ type: 'id', tableName: 'people' }) }) },
    });
    await store.write((tx) => {
      tx.applySchema('', schema);
      const scope = tx.namespace('');
      const id = scope.insert('people', { name: 'Ada' });
      const note = scope.insert('notes', { by: id });
      expect(() => scope.insert('people', { name: 1 })).toThrow(/table "people".*[\s\S]*\.name/);
      expect(() => scope.insert('people', { name: 'x', more: 1 })).toThrow(/extra field `more`/);
      expect(() => scope.patch(id, { name: { $undefined: null } })).toThrow(/missing/);
      expect(() => scope.replace(id, {})).toThrow(/missing/);
      expect(() => scope.patch(note, { by: note })).toThrow(/got an id of table "notes"/);
    });
    await store.write((tx) => {
      tx.applySchema('', { ...schema, schemaValidation: false });
      tx.namespace('').insert('people', { name: 1 });
    });
    const back = store.write((tx) => tx.applySchema('', schema));
    await expect(back).rejects.toThrow(/table "people"/);
  });

  it('takes what the convex package exports', async () => {
    const schema = defineSchema({
      people: defineTable({ name: v.string(), tags: v.optional(v.array(v.string())) })
        .index('byName', ['name'])
        .searchIndex('search', { searchField: 'name', filterFields: ['tags'] }),
      events: defineTable(
        v.union(
          v.object({ kind: v.literal('made'), by: v.id('people') }),
          v.object({ kind: v.literal('gone'), meta: v.record(v.string(), v.int64()) }),
        ),
      ).index('byBy', { fields: ['by'], staged: true }),
    });
    // `export()` is internal to the library but what the CLI pushes.
    const json = JSON.parse((schema as unknown as { export(): string }).export()) as SchemaJson;
    const store = temporaryStore();
    await store.write((tx) => {
      tx.applySchema('', json);
      const scope = tx.namespace('');
      const by = scope.insert('people', { name: 'Ada' });
      scope.insert('events', { kind: 'made', by });
      scope.insert('events', { kind: 'gone', meta: { a: { $integer: 'AQAAAAAAAAA=' } } });
      expect(() => scope.insert('events', { kind: 'other' })).toThrow(/does not match/);
      expect(() => scope.queryStream(indexRange('events.byBy'))).toThrow(/is staged/);
    });
  });

  it.each<[string, SchemaJson, RegExp]>([
    [
      'vector indexes',
      {
        ...schemaOf({}),
        tables: [
          { tableName: 'people', indexes: [], vectorIndexes: [{ indexDescriptor: 'byMeaning' }] },
        ],
      },
      /"people".*vector index "byMeaning" is not supported/,
    ],
    ['reserved tables', schemaOf({ _people: {} }), /"_people".*reserved/],
    ['reserved indexes', schemaOf({ a: { indexes: { by_id: ['x'] } } }), /"by_id" is reserved/],
    ['indexes on nothing', schemaOf({ a: { indexes: { byX: [] } } }), /"byX" has no fields/],
    ['fields twice', schemaOf({ a: { indexes: { byX: ['x', 'x'] } } }), /"x" is there twice/],
    [
      'creation times in indexes',
      schemaOf({ a: { indexes: { byX: ['x', '_creationTime'] } } }),
      /_creationTime is added/,
    ],
    ['broken validators', schemaOf({ a: { documentType: { type: 'map' } } }), /kind "map"/],
    ['documents that are no objects', schemaOf({ a: { documentType: text } }), /must be objects/],
    [
      'system fields',
      schemaOf({ a: { documentType: people({ _id: required(text) }) } }),
      /"_id" starts with an underscore/,
    ],
  ])('refuses %s', async (_, schema, message) => {
    const store = temporaryStore();
    await expect(store.write((tx) => tx.applySchema('', schema))).rejects.toThrow(message);
    expect((await store.read((tx) => tx.namespace('').tables())).value).toEqual([]);
  });
});
