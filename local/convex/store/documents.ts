import type { IndexInfo, TableInfo } from './catalog';
import type { DatabaseFile } from './database-file';
import type { WriteLog } from './commit-writes';
import type { Sink } from './layer';
import type { Layers } from './layers';
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

/** As `encodeFields` gives it. */
export function indexKey(index: IndexInfo, document: ValueObject): string {
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
    private readonly layers: Layers,
    private readonly log: WriteLog,
    private readonly sink: () => Sink,
    private readonly numbers: DocumentNumbers,
  ) {}

  find(table: TableInfo, id: string): StoredDocument | undefined {
    return this.#known.get(id) ?? this.layers.find(table, id);
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
    const sink = this.sink();
    const doc = this.numbers.next();
    const stored = { ...row, doc };
    sink.putDocument(table.tableNo, stored, true);
    for (const index of table.indexes.values()) {
      if (index.definition.kind === 'search') {
        this.#search(index, doc, undefined, document);
        continue;
      }
      const key = indexKey(index, document);
      if (index.definition.kind === 'database') sink.putEntry(index.indexNo, key, doc);
      this.log.key(index.indexNo, key);
    }
    this.#known.set(row.id, stored);
    this.#logDocument(table, row.id);
  }

  update(table: TableInfo, before: ValueObject, after: ValueObject, row: StoredDocument): void {
    this.sink().putDocument(table.tableNo, row, false);
    this.#known.set(row.id, row);
    for (const index of table.indexes.values()) this.#move(index, row.doc, before, after);
    this.#logDocument(table, row.id);
  }

  remove(table: TableInfo, document: ValueObject, row: StoredDocument): void {
    this.sink().removeDocument(table.tableNo, row);
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
    if (index.definition.kind === 'database') this.sink().removeEntry(index.indexNo, key);
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
    if (oldKey === newKey) return;
    this.sink().removeEntry(index.indexNo, oldKey);
    this.sink().putEntry(index.indexNo, newKey, doc);
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
    if (!old && !entry) return;
    this.sink().putSearchEntry(index.indexNo, doc, entry);
    if (old) this.log.search(index.indexNo, old);
    if (entry) this.log.search(index.indexNo, entry);
  }

  #logDocument(table: TableInfo, id: string): void {
    this.log.document(id, table.key);
  }
}

/** Numbers for new documents; one that was given out is never used again by this process. */
export class DocumentNumbers {
  #last: number;

  constructor(file: DatabaseFile) {
    const row = file.statement('SELECT max(doc) FROM documents').get();
    // Null in an empty table.
    this.#last = (row?.[0] as number | null) ?? 0;
  }

  next(): number {
    return (this.#last += 1);
  }
}
