import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { random as seededRandom } from '../../../tests/support/random';
import { StoreError, type Store } from './contract';
import { DatabaseFile, fileName } from './database-file';
import { findIndexFaults } from './index-check';
import { openStore } from './open-store';
import { schemaOf } from './test-schema';
import { collect, fullScan, indexRange, temporaryFolder } from './test-store';

/** Has room for so many pages and no more, as a full disk has: SQLite itself says so. */
class SmallFile extends DatabaseFile {
  setPagesMax(pages: number): void {
    this.exec(`PRAGMA max_page_count = ${pages}`);
  }

  get pages(): number {
    return this.statement('PRAGMA page_count').get()?.[0] as number;
  }
}

const schema = schemaOf({
  notes: {
    indexes: { byN: ['n'] },
    searchIndexes: { search: { searchField: 'text' } },
  },
});

const text = (n: number) => `note number${n} ${'and more of it '.repeat(20)}`;

async function fill(store: Store, count: number): Promise<void> {
  await store.write((tx) => tx.applySchema('', schema));
  for (let n = 0; n < count; n += 25) {
    await store.write((tx) => {
      for (let i = n; i < n + 25; i++) tx.namespace('').insert('notes', { n: i, text: text(i) });
    });
  }
}

const numbers = async (store: Store) =>
  (await store.read((tx) => collect(tx.namespace(''), indexRange('notes.byN')).map(({ n }) => n)))
    .value;

describe('a full disk', () => {
  function smallStore() {
    const folder = temporaryFolder();
    let file: SmallFile | undefined;
    const store = openStore({ folder, openFile: (path) => (file = new SmallFile(path)) });
    onTestFinished(() => store.close());
    if (!file) throw new Error('The file was not opened.');
    return { folder, store, file };
  }

  it('is named, keeps all that was committed, and is over when there is room again', async () => {
    const { folder, store, file } = smallStore();
    await fill(store, 100);
    file.setPagesMax(file.pages);
    let saved = 100;
    let refusal: unknown;
    // What is free inside the file is used up first.
    for (let attempt = 0; attempt < 200 && refusal === undefined; attempt++) {
      try {
        await store.write((tx) =>
          tx.namespace('').insert('notes', { n: saved, text: text(saved) }),
        );
        saved++;
      } catch (error) {
        refusal = error;
      }
    }
    expect(refusal).toMatchObject({
      code: 'DiskFull',
      message: expect.stringMatching(/Nothing was saved.*convex\.sqlite.*Free some space/),
    });
    expect(await numbers(store)).toEqual(Array.from({ length: saved }, (_, n) => n));
    file.setPagesMax(1_000_000);
    await store.write((tx) => tx.namespace('').insert('notes', { n: saved, text: text(saved) }));
    expect(await numbers(store)).toHaveLength(saved + 1);
    await store.close();
    expect(findIndexFaults(folder)).toEqual([]);
  });

  it('keeps nothing of a change that there is no room for', async () => {
    const { folder, store, file } = smallStore();
    await fill(store, 25);
    file.setPagesMax(file.pages);
    const trying = store.write((tx) => {
      for (let n = 0; n < 200; n++) {
        tx.namespace('').insert('notes', { n: 1000 + n, text: text(n) });
      }
    });
    await expect(trying).rejects.toMatchObject({ code: 'DiskFull' });
    expect(await numbers(store)).toHaveLength(25);
    await store.close();
    expect(findIndexFaults(folder)).toEqual([]);
  });
});

describe('a damaged file', () => {
  const random = seededRandom(20_261);
  const upTo = (max: number) => Math.floor(random() * max);

  /** One way of damage; what it changed it tells. */
  function damage(path: string): string {
    const bytes = readFileSync(path);
    const page = 4096 * upTo(bytes.length / 4096);
    switch (upTo(5)) {
      case 0: {
        const at = upTo(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << upTo(8));
        writeFileSync(path, bytes);
        return `a bit at ${at}`;
      }
      case 1:
        bytes.fill(0, page, page + 4096);
        writeFileSync(path, bytes);
        return `zeros at ${page}`;
      case 2:
        for (let i = page; i < page + 4096; i++) bytes[i] = upTo(256);
        writeFileSync(path, bytes);
        return `garbage at ${page}`;
      case 3: {
        const size = upTo(bytes.length);
        truncateSync(path, size);
        return `cut to ${size}`;
      }
      default:
        bytes.copyWithin(page, 4096 * upTo(bytes.length / 4096), bytes.length);
        writeFileSync(path, bytes);
        return `a page moved to ${page}`;
    }
  }

  /** Everything that can be asked of the store, and a write. */
  async function useAll(folder: string): Promise<void> {
    const store = openStore({ folder });
    try {
      await store.read((tx) => {
        const scope = tx.namespace('');
        collect(scope, fullScan('notes'));
        collect(scope, indexRange('notes.byN'));
        const filters = [{ type: 'Search' as const, fieldPath: 'text', value: 'number' }];
        collect(scope, {
          source: { type: 'Search', indexName: 'notes.search', filters },
          operators: [],
        });
        tx.system.scan('bucket');
      });
      await store.write((tx) => {
        for (let n = 0; n < 20; n++) tx.namespace('').insert('notes', { n, text: text(n) });
      });
    } finally {
      await store.close();
    }
  }

  it('is called damaged, with the way out, and never by what SQLite says alone', async () => {
    const whole = temporaryFolder();
    const store = openStore({ folder: whole });
    await fill(store, 200);
    await store.close();
    const refusals: { how: string; isCoded: boolean; error: unknown }[] = [];
    for (let round = 0; round < 120; round++) {
      const folder = join(whole, `damaged${round}`);
      mkdirSync(folder);
      copyFileSync(join(whole, fileName), join(folder, fileName));
      const how = damage(join(folder, fileName));
      try {
        await useAll(folder);
      } catch (error) {
        // A letter of one document: its reader parses it, as functions do, and finds out.
        if (error instanceof SyntaxError) continue;
        const isCoded =
          error instanceof StoreError &&
          /^(FileDamaged|FileTooNew|IndexNotFound)$/.test(error.code);
        refusals.push({ how, isCoded, error });
      }
    }
    // The others hit what is free, or a letter of a text, which nothing can tell from another.
    expect(refusals.length).toBeGreaterThan(40);
    expect(refusals.filter(({ isCoded }) => !isCoded)).toEqual([]);
  });
});
