import type { IndexInfo, TableInfo } from './catalog';
import type { Bindable, DatabaseFile } from './database-file';
import type { WriteLog } from './commit-writes';
import { removeSearchEntry, writeSearchEntry } from './search-index';
import { isSameEntry, searchEntry } from './search-words';
import { encodeFields } from '../values/key-encoding';
import type { ValueObject } from '../values/value';

/** A document as stored. */
export interface StoredDocument {
  doc: number;
  id: string;
  body: string;
  size: number;
}

export function indexKey(index: IndexInfo, document: ValueObject): Buffer {
  return encodeFields(document, index.paths);
}

/**
 * Rows of documents with their index entries. Each write goes to the log with the keys it had
 * before and has after, also where a key did not change: a reader of that key saw the document.
 */
export class DocumentRows {
  /** What this transaction read or wrote last, by id: functions change what they have just read. */
  readonly #known = new Map<string, StoredDocument>();

  constructor(
    private readonly file: DatabaseFile,
    private readonly log: WriteLog,
  ) {}

  find(table: TableInfo, id: string): StoredDocument | undefined {
    const known = this.#known.get(id);
    if (known) return known;
    const row = this.file
      .statement(
        'SELECT doc, CAST(body AS BLOB), size FROM documents WHERE table_no = ? AND id = ?',
      )
      .get(table.tableNo, id);
    if (!row) return undefined;
    const [doc, body, size] = row as [number, unknown, number];
    return { doc, id, body: this.file.text(body), size };
  }

  /** A row as it is now, found by other ways. */
  remember(row: StoredDocument): void {
    this.#known.set(row.id, row);
  }

  /** Writes were undone. */
  forget(): void {
    this.#known.clear();
  }

  insert(table: TableInfo, document: ValueObject, row: Omit<StoredDocument, 'doc'>): void {
    const { lastInsertRowid: doc } = this.file
      .statement('INSERT INTO documents (table_no, id, size, body) VALUES (?, ?, ?, ?)')
      .run(table.tableNo, row.id, row.size, row.body);
    const entries: Bindable[] = [];
    for (const index of table.indexes.values()) {
      if (index.definition.kind === 'search') {
        this.#search(index, doc, undefined, document);
        continue;
      }
      const key = indexKey(index, document);
      if (index.definition.kind === 'database') entries.push(index.indexNo, key, doc);
      this.log.key(index.indexNo, key);
    }
    // One statement for all of them: going through SQLite's door costs as much as a small entry.
    insertEntries(this.file, entries);
    this.#known.set(row.id, { ...row, doc });
    this.#logDocument(table, row.id);
  }

  update(table: TableInfo, before: ValueObject, after: ValueObject, row: StoredDocument): void {
    this.file
      .statement('UPDATE documents SET size = ?, body = ? WHERE doc = ?')
      .run(row.size, row.body, row.doc);
    this.#known.set(row.id, row);
    for (const index of table.indexes.values()) this.#move(index, row.doc, before, after);
    this.#logDocument(table, row.id);
  }

  remove(table: TableInfo, document: ValueObject, row: StoredDocument): void {
    this.file.statement('DELETE FROM documents WHERE doc = ?').run(row.doc);
    this.#known.delete(row.id);
    for (const index of table.indexes.values()) this.#leave(index, row.doc, document);
    this.#logDocument(table, row.id);
  }

  #leave(index: IndexInfo, doc: number, document: ValueObject): void {
    if (index.definition.kind === 'search') {
      this.#search(index, doc, document, undefined);
      return;
    }
    const key = indexKey(index, document);
    if (index.definition.kind === 'database') this.#deleteEntry(index, key);
    this.log.key(index.indexNo, key);
  }

  #move(index: IndexInfo, doc: number, before: ValueObject, after: ValueObject): void {
    if (index.definition.kind === 'search') {
      this.#search(index, doc, before, after);
      return;
    }
    const oldKey = indexKey(index, before);
    this.log.key(index.indexNo, oldKey);
    if (!index.paths.some(([field]) => field && before[field] !== after[field])) return;
    const newKey = indexKey(index, after);
    if (oldKey.equals(newKey)) return;
    this.file
      .statement('UPDATE OR FAIL index_entries SET key = ? WHERE index_no = ? AND key = ?')
      .run(newKey, index.indexNo, oldKey);
    this.log.key(index.indexNo, newKey);
  }

  /** Brings the entry in a search index from one state of the document to the next. */
  #search(
    index: IndexInfo,
    doc: number,
    before: ValueObject | undefined,
    after: ValueObject | undefined,
  ): void {
    const old = before && searchEntry(index, before);
    const entry = after && searchEntry(index, after);
    if (old && entry && isSameEntry(old, entry)) return;
    if (entry) writeSearchEntry(this.file, index, doc, entry);
    else if (old) removeSearchEntry(this.file, index, doc);
    for (const changed of [old, entry]) if (changed) this.log.search(index.indexNo, changed);
  }

  #deleteEntry(index: IndexInfo, key: Buffer): void {
    this.file
      .statement('DELETE FROM index_entries WHERE index_no = ? AND key = ?')
      .run(index.indexNo, key);
  }

  #logDocument(table: TableInfo, id: string): void {
    this.log.document(id, table.key);
  }
}

export function insertEntry(file: DatabaseFile, index: IndexInfo, key: Buffer, doc: number): void {
  file.statement(insertSql(1)).run(index.indexNo, key, doc);
}

/** `entries`: index number, key and document of each, one after the other. */
function insertEntries(file: DatabaseFile, entries: Bindable[]): void {
  if (entries.length > 0) file.statement(insertSql(entries.length / 3)).run(...entries);
}

const insertSqls: string[] = [];

/**
 * By number of entries; a table has 65 indexes at most. `OR FAIL`: otherwise SQLite would keep a
 * copy of every page it touches, to undo the first entries when a later one fails. Nothing of the
 * transaction is kept then anyway (`DatabaseFile.takeFailure`).
 */
function insertSql(count: number): string {
  return (insertSqls[count] ??=
    `INSERT OR FAIL INTO index_entries (index_no, key, doc) VALUES ${Array(count)
      .fill('(?, ?, ?)')
      .join(', ')}`);
}
