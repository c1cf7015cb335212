import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DatabaseFile, fileName } from './database-file';
import { findIndexFaults } from './index-check';
import { openStore } from './open-store';
import { schemaOf } from './test-schema';
import { collect, temporaryFolder, temporaryStore } from './test-store';

describe('opening a store', () => {
  it('is refused while another process has the folder, and works once that was killed', async () => {
    const folder = temporaryFolder();
    const writer = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', writer, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInterface(child.stdout);
    await once(lines, 'line');
    expect(() => openStore({ folder })).toThrow(
      expect.objectContaining({
        code: 'FolderInUse',
        message: expect.stringMatching(/in use by another process\. Stop it, or use another/),
      }),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = temporaryStore({ folder });
    expect((await store.read((tx) => tx.namespace('').tables())).value).toEqual(['pairs']);
  });

  it.each([
    ['alone', 'reader'],
    ['reader', 'alone'],
    ['reader', 'reader'],
  ] as const)('%s is refused to a second one, %s, until it is closed', (first, second) => {
    const folder = temporaryFolder();
    const file = new DatabaseFile(folder, first);
    expect(() => new DatabaseFile(folder, second)).toThrow(
      expect.objectContaining({ code: 'FolderInUse' }),
    );
    file.close();
    new DatabaseFile(folder, second).close();
  });

  it('is refused twice in one process, and works again after close', async () => {
    const folder = temporaryFolder();
    const first = temporaryStore({ folder });
    expect(() => openStore({ folder })).toThrow(expect.objectContaining({ code: 'FolderInUse' }));
    await first.close();
    await openStore({ folder }).close();
    expect(readdirSync(folder)).toEqual([fileName]);
  });

  it.each([
    ['no database', (path: string) => writeFileSync(path, 'x'.repeat(8_192))],
    ['a database of something else', (path: string) => query(path, 'CREATE TABLE other (a)')],
  ])('names a file that is %s', (_, damage) => {
    const folder = temporaryFolder();
    const path = join(folder, fileName);
    damage(path);
    expect(() => openStore({ folder })).toThrow(
      expect.objectContaining({ code: 'FileDamaged', message: expect.stringContaining(path) }),
    );
  });

  it('names a file whose content was overwritten', async () => {
    const folder = temporaryFolder();
    const store = temporaryStore({ folder });
    await store.write((tx) => tx.namespace('').insert('items', {}));
    await store.close();
    const garbage = Buffer.alloc(20_000, 0xab);
    writeSync(openSync(join(folder, fileName), 'r+'), garbage, 0, garbage.length, 100);
    expect(() => openStore({ folder })).toThrow(expect.objectContaining({ code: 'FileDamaged' }));
  });

  it('names a folder that cannot be used', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => openStore({ folder: join(folder, 'file') })).toThrow(
      expect.objectContaining({
        code: 'FolderUnusable',
        message: expect.stringMatching(/or use another one/),
      }),
    );
  });

  it('builds the search indexes of a file of the first version anew', async () => {
    const folder = temporaryFolder();
    const older = temporaryStore({ folder });
    await older.write((tx) => {
      const searchIndexes = { search: { searchField: 'text', filterFields: ['role'] } };
      tx.applySchema('', schemaOf({ people: { searchIndexes } }));
      tx.namespace('').insert('people', { text: 'Ada Lovelace', role: 'admin' });
      tx.namespace('').insert('people', { text: 'Grace', role: 'admin' });
    });
    await older.close();
    const path = join(folder, fileName);
    const db = new Database(path);
    const row = db.prepare("SELECT name FROM sqlite_master WHERE name GLOB 'search_[0-9]*'").get();
    const { name } = row as { name: string };
    db.exec(`DROP TABLE ${name}; PRAGMA user_version = 1`);
    db.exec(`CREATE VIRTUAL TABLE ${name} USING fts5(text, filters, content='')`);
    db.close();
    const store = openStore({ folder });
    const found = await store.read((tx) =>
      collect(tx.namespace(''), {
        source: {
          type: 'Search',
          indexName: 'people.search',
          filters: [
            { type: 'Search', fieldPath: 'text', value: 'lov' },
            { type: 'Eq', fieldPath: 'role', value: 'admin' },
          ],
        },
        operators: [],
      }),
    );
    expect(found.value.map(({ text }) => text)).toEqual(['Ada Lovelace']);
    await store.close();
    expect(findIndexFaults(folder)).toEqual([]);
  });

  it('names a file of a newer version and leaves it as it is', async () => {
    const folder = temporaryFolder();
    await temporaryStore({ folder }).close();
    const path = join(folder, fileName);
    query(path, 'PRAGMA user_version = 99');
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(() => openStore({ folder })).toThrow(
        expect.objectContaining({
          code: 'FileTooNew',
          message: expect.stringMatching(/format is 99.*newer version/),
        }),
      );
    }
  });
});

function query(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}
