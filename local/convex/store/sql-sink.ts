import type { NewTable } from './catalog';
import type { Bindable, DatabaseFile } from './database-file';
import type { StoredDocument } from './documents';
import { removed, type LayerData, type Sink } from './layer';
import { addSearchEntry, putSearchEntry, removeSearchEntry, tokensOf } from './search-index';
import type { SearchEntry } from './search-words';
import { keyBytes } from '../values/key-encoding';

/** Writes rows into the file, in the transaction that is open there. */
export class SqlSink implements Sink {
  constructor(private readonly file: DatabaseFile) {}

  addTable({ tableNo, namespace, name, number, indexes }: NewTable): void {
    this.file
      .statement('INSERT INTO tables (table_no, namespace, name, number) VALUES (?, ?, ?, ?)')
      .run(tableNo, namespace, name, number);
    for (const index of indexes) {
      this.file
        .statement('INSERT INTO indexes (index_no, table_no, name, definition) VALUES (?, ?, ?, ?)')
        .run(index.indexNo, tableNo, index.name, JSON.stringify(index.definition));
    }
  }

  putDocument(tableNo: number, { doc, id, size, body }: StoredDocument, isNew: boolean): void {
    if (isNew) {
      this.file
        .statement('INSERT INTO documents (doc, table_no, id, size, body) VALUES (?, ?, ?, ?, ?)')
        .run(doc, tableNo, id, size, body);
    } else {
      this.file
        .statement('UPDATE documents SET size = ?, body = ? WHERE doc = ?')
        .run(size, body, doc);
    }
  }

  removeDocument(_tableNo: number, { doc }: Pick<StoredDocument, 'doc'>): void {
    this.file.statement('DELETE FROM documents WHERE doc = ?').run(doc);
  }

  putEntry(indexNo: number, key: string, doc: number): void {
    this.putEntries([indexNo, keyBytes(key), doc]);
  }

  /** Index, key and document of each, one after the other. */
  putEntries(entries: readonly Bindable[]): void {
    for (let from = 0; from < entries.length; from += 3 * entriesAtOnce) {
      const some = entries.slice(from, from + 3 * entriesAtOnce);
      this.file.statement(insertSql(some.length / 3)).run(...some);
    }
  }

  removeEntry(indexNo: number, key: string): void {
    this.file
      .statement('DELETE FROM index_entries WHERE index_no = ? AND key = ?')
      .run(indexNo, keyBytes(key));
  }

  putSearchEntry(indexNo: number, doc: number, entry: SearchEntry | undefined): void {
    if (entry) putSearchEntry(this.file, indexNo, doc, tokensOf(entry).join(' '));
    else removeSearchEntry(this.file, indexNo, doc);
  }

  putSystemRow(bucket: string, key: string, json: string | null): void {
    if (json === null) {
      this.file.statement('DELETE FROM system_rows WHERE bucket = ? AND key = ?').run(bucket, key);
    } else {
      this.file
        .statement('INSERT OR REPLACE INTO system_rows (bucket, key, value) VALUES (?, ?, ?)')
        .run(bucket, key, json);
    }
  }

  /** Everything that a layer has. */
  putLayer({ tables, documents, entries, searches, system }: LayerData): void {
    for (const table of tables) this.addTable(table);
    for (let at = 0; at < documents.length; at += 6) {
      // As `Layer.toData` puts them there; so are the others below.
      const [doc, tableNo, id, size, body, isNew] = documents.slice(at, at + 6) as [
        number,
        number,
        string,
        number,
        string | null,
        number,
      ];
      if (body !== null) this.putDocument(tableNo, { doc, id, size, body }, isNew === 1);
      else if (isNew === 0) this.removeDocument(tableNo, { doc });
    }
    const there: Bindable[] = [];
    for (let at = 0; at < entries.length; at += 3) {
      const [indexNo, key, doc] = entries.slice(at, at + 3) as [number, string, number];
      if (doc === removed) this.removeEntry(indexNo, key);
      else there.push(indexNo, keyBytes(key), doc);
    }
    this.putEntries(there);
    for (let at = 0; at < searches.length; at += 4) {
      const [indexNo, doc, tokens, isNew] = searches.slice(at, at + 4) as [
        number,
        number,
        string | null,
        number,
      ];
      if (tokens === null) removeSearchEntry(this.file, indexNo, doc);
      else if (isNew === 1) addSearchEntry(this.file, indexNo, doc, tokens);
      else putSearchEntry(this.file, indexNo, doc, tokens);
    }
    for (let at = 0; at < system.length; at += 3) {
      const [bucket, key, json] = system.slice(at, at + 3) as [string, string, string | null];
      this.putSystemRow(bucket, key, json);
    }
  }
}

/** One statement for many of them: going through SQLite's door costs as much as a small entry. */
const entriesAtOnce = 64;

const insertSqls: string[] = [];

/**
 * By number of entries. `OR IGNORE`: an entry that was moved away and came back is there still, and
 * the same, for keys end in the id. It also saves SQLite a copy of every page it touches, which it
 * keeps where the first rows have to be undone when a later one fails.
 */
function insertSql(count: number): string {
  return (insertSqls[count] ??=
    `INSERT OR IGNORE INTO index_entries (index_no, key, doc) VALUES ${Array(count)
      .fill('(?, ?, ?)')
      .join(', ')}`);
}
