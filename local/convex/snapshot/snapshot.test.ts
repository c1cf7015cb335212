import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../store/contract';
import { findIndexFaults } from '../store/index-check';
import { openStore } from '../store/open-store';
import { schemaOf } from '../store/test-schema';
import { collect, fullScan, indexRange, temporaryFolder } from '../store/test-store';
import { exportSnapshot, importSnapshot } from './snapshot';
import { toUniform } from './uniform-text';

const schema = schemaOf({
  people: {
    indexes: { byName: ['name'] },
    searchIndexes: { search: { searchField: 'name', filterFields: ['role'] } },
  },
  teams: {},
});

/** `order`: tables get their numbers in the order in which they come. */
async function deployment(order: readonly string[] = ['people', 'teams']) {
  const folder = temporaryFolder();
  const store = openStore({ folder });
  onTestFinished(() => store.close());
  await store.write((tx) => {
    for (const name of order) tx.namespace('').insert(name, { name: 'first', role: 'none' });
  });
  await store.write((tx) => {
    for (const path of ['pool', 'pool/worker']) tx.applySchema(path, schemaOf({ state: {} }));
    tx.applySchema('', schema);
  });
  return { folder, store };
}

async function fill(store: Store): Promise<void> {
  await store.write((tx) => {
    const app = tx.namespace('');
    const team = app.insert('teams', { name: 'Analysts', size: { $integer: 'BQAAAAAAAAA=' } });
    for (let n = 0; n < 300; n++) {
      app.insert('people', { name: `Ada ${n} "quoted" ü`, role: n % 2 ? 'staff' : 'admin', team });
    }
    app.insert('teams', { bytes: { $bytes: 'AAEC' }, special: { $float: 'AAAAAAAA+H8=' } });
    tx.namespace('pool').insert('state', { generation: 1 });
    tx.namespace('pool/worker').insert('state', { nested: [1, null, { deep: true }] });
  });
}

const exported = async (store: Store) => (await store.read(exportSnapshot)).value;
const imported = (store: Store, zip: Uint8Array) => store.write((tx) => importSnapshot(tx, zip));

describe('a snapshot', () => {
  it('holds tables, components, ids and creation times in the layout of convex export', async () => {
    const { store } = await deployment();
    await fill(store);
    const files = unzipSync(await exported(store));
    expect(Object.keys(files)).toEqual([
      '_components/pool/_components/worker/_tables/documents.jsonl',
      '_components/pool/_components/worker/state/documents.jsonl',
      '_components/pool/_tables/documents.jsonl',
      '_components/pool/state/documents.jsonl',
      '_tables/documents.jsonl',
      'people/documents.jsonl',
      'teams/generated_schema.jsonl',
      'teams/documents.jsonl',
    ]);
    const lines = (name: string) =>
      strFromU8(files[name] ?? new Uint8Array())
        .trim()
        .split('\n');
    const [first] = lines('_tables/documents.jsonl');
    expect(JSON.parse(first ?? '')).toEqual({ name: 'people', id: 10_001 });
    const { value } = await store.read((tx) => collect(tx.namespace(''), fullScan('people')));
    expect(lines('people/documents.jsonl').map((line) => JSON.parse(line) as unknown)).toEqual(
      value,
    );
  });

  it('says what plain JSON cannot as Convex Cloud does, in the tables that need it', async () => {
    const { store } = await deployment();
    await store.write((tx) => {
      tx.namespace('').insert('teams', {
        whole: 5,
        half: 0.5,
        huge: 1e21,
        zero: { $float: 'AAAAAAAAAIA=' },
        int: { $integer: '+////////38=' },
        bytes: { $bytes: 'AAEC' },
        text: '{"$integer":"x"} 7 \\" 8',
        list: [1, { $integer: '//////////8=' }, '9'],
      });
    });
    const files = unzipSync(await exported(store));
    const text = strFromU8(files['teams/documents.jsonl'] ?? new Uint8Array());
    expect(text).toContain('"whole":5.0');
    expect(text).toContain('"half":0.5');
    expect(text).toContain('"huge":1e+21');
    expect(text).toContain('"zero":{"$float":"AAAAAAAAAIA="}');
    expect(text).toContain('"int":9223372036854775803');
    expect(text).toContain('"bytes":{"$bytes":"AAEC"}');
    expect(text).toContain(`"text":${JSON.stringify('{"$integer":"x"} 7 \\" 8')}`);
    expect(text).toContain('"list":[1.0,-1,"9"]');
    expect(strFromU8(files['teams/generated_schema.jsonl'] ?? new Uint8Array())).toBe(
      '"uniform"\n',
    );
    const other = await deployment();
    await imported(other.store, zipSync(files));
    const teams = async (from: Store) =>
      (await from.read((tx) => collect(tx.namespace(''), fullScan('teams')))).value;
    expect(await teams(other.store)).toEqual(await teams(store));
  });

  it('comes out of another deployment byte for byte, whatever that held and numbered before', async () => {
    const { store } = await deployment();
    await fill(store);
    const zip = await exported(store);
    const other = await deployment(['teams', 'people', 'extra']);
    await other.store.write((tx) => void tx.namespace('').insert('people', { name: 'Old' }));
    const { value } = await imported(other.store, zip);
    expect(value).toEqual({ tables: 4, documents: 306 });
    const again = await exported(other.store);
    const files = unzipSync(again);
    // The table that only the other one had is there, and empty.
    expect(files['extra/documents.jsonl']).toHaveLength(0);
    const back = await deployment();
    await imported(back.store, again);
    const { 'extra/documents.jsonl': _, '_tables/documents.jsonl': __, ...rest } = files;
    expect(unzipSync(zip)).toMatchObject(rest);
    await back.store.write((tx) => {
      const found = collect(tx.namespace(''), indexRange('people.byName')).length;
      expect(found).toBe(301);
      const id = tx.namespace('').insert('people', { name: 'New' });
      const newest = collect(tx.namespace(''), fullScan('people', 'desc'))[0];
      expect(newest?.['_id']).toBe(id);
    });
    await back.store.close();
    expect(findIndexFaults(back.folder)).toEqual([]);
  });

  it('gives the same bytes after an import into an equal deployment', async () => {
    const { store } = await deployment();
    await fill(store);
    const zip = await exported(store);
    const other = await deployment();
    await imported(other.store, zip);
    expect(Buffer.from(await exported(other.store)).equals(Buffer.from(zip))).toBe(true);
  });

  it('as Convex Cloud writes it, every table its way and with files of its own, is the same', async () => {
    const { store } = await deployment();
    await fill(store);
    const zip = await exported(store);
    const files = unzipSync(zip);
    for (const [name, bytes] of Object.entries(files)) {
      const folder = name.replace(/documents\.jsonl$/, '');
      if (folder === name || folder.endsWith('_tables/') || folder === 'teams/') continue;
      files[name] = strToU8(strFromU8(bytes).split('\n').map(toUniform).join('\n'));
      files[`${folder}generated_schema.jsonl`] = strToU8('"uniform"\n');
    }
    files['README.md'] = strToU8('# Welcome\n');
    files['_storage/documents.jsonl'] = strToU8('');
    const other = await deployment();
    await imported(other.store, zipSync(files));
    expect(Buffer.from(await exported(other.store)).equals(Buffer.from(zip))).toBe(true);
  });

  it('of Convex Cloud as it was until 2026 brings int64 by its schema files', async () => {
    const { store } = await deployment();
    await fill(store);
    const files = unzipSync(await exported(store));
    const [, analysts] = strFromU8(files['teams/documents.jsonl'] ?? new Uint8Array()).split('\n');
    const cloud = { ...(JSON.parse(analysts ?? '') as object), size: '5' };
    files['teams/documents.jsonl'] = strToU8(`${JSON.stringify(cloud)}\n`);
    files['teams/generated_schema.jsonl'] = strToU8('"{\\"name\\": string, \\"size\\": int64}"\n');
    const other = await deployment();
    await imported(other.store, zipSync(files));
    const { value } = await other.store.read((tx) => collect(tx.namespace(''), fullScan('teams')));
    expect(value[0]).toMatchObject({ name: 'Analysts', size: { $integer: 'BQAAAAAAAAA=' } });
  });

  it.each<[string, (files: Record<string, Uint8Array>) => void, RegExp]>([
    ['a line that is no JSON', (it) => (it['people/documents.jsonl'] = strToU8('{')), /people/],
    ['a document without an id', (it) => (it['people/documents.jsonl'] = strToU8('{}\n')), /no id/],
    [
      'a table that is not listed',
      (it) => (it['others/documents.jsonl'] = strToU8('{}\n')),
      /others\/documents\.jsonl belongs to no table/,
    ],
    [
      'a component that is not deployed',
      (it) => (it['_components/x/_tables/documents.jsonl'] = strToU8('{"name":"t","id":10001}\n')),
      /component "x"/,
    ],
  ])('is refused as a whole because of %s', async (_, spoil, message) => {
    const { store, folder } = await deployment();
    await fill(store);
    const zip = await exported(store);
    const files = unzipSync(zip);
    spoil(files);
    await expect(imported(store, zipSync(files))).rejects.toMatchObject({
      code: 'BadSnapshot',
      message: expect.stringMatching(message),
    });
    expect(Buffer.from(await exported(store)).equals(Buffer.from(zip))).toBe(true);
    await store.close();
    expect(findIndexFaults(folder)).toEqual([]);
  });

  it('is refused when it is no zip', async () => {
    const { store } = await deployment();
    await expect(imported(store, strToU8('no zip'))).rejects.toMatchObject({ code: 'BadSnapshot' });
  });
});
