import type { IndexInfo, TableInfo } from './catalog';
import type { Order } from './contract';
import type { DatabaseFile } from './database-file';
import { encodeKey, keyAfter } from '../values/key-encoding';

/** Half-open in bytes: `lo <= key < hi`. */
export interface KeyRange {
  lo: Uint8Array;
  hi: Uint8Array;
}

export interface ScannedRow {
  key: Uint8Array;
  doc: number;
  id: string;
  body: string;
  size: number;
}

export interface ScanTarget {
  table: TableInfo;
  index: IndexInfo;
  order: Order;
  range: KeyRange;
}

/** Rows fetched at once: a page's worth first, then more, as long scans profit from it. */
const firstChunk = 16;
const largestChunk = 256;

/**
 * Walks an index range in order. Rows are fetched ahead in chunks; when the transaction writes,
 * what was fetched is dropped and the walk goes on behind the last row it gave, so a reader sees
 * the writes of its own transaction.
 */
export class IndexScan {
  #rest: KeyRange;
  #rows: ScannedRow[] = [];
  #next = 0;
  #chunk: number;
  #isLastChunk = false;
  #seenWrites: number;

  readonly #order: Order;

  constructor(
    private readonly file: DatabaseFile,
    private readonly target: ScanTarget,
    private readonly writeCount: () => number,
    expectedRows = firstChunk,
  ) {
    this.#rest = { ...target.range };
    this.#order = target.order;
    this.#chunk = Math.min(Math.max(expectedRows, 1), largestChunk);
    this.#seenWrites = writeCount();
  }

  next(): ScannedRow | undefined {
    if (this.#seenWrites !== this.writeCount()) this.#forgetFetched();
    if (this.#next === this.#rows.length) {
      if (this.#isLastChunk) return undefined;
      this.#fetch();
    }
    const row = this.#rows[this.#next];
    if (!row) return undefined;
    this.#next++;
    if (this.#order === 'asc') this.#rest.lo = keyAfter(row.key);
    else this.#rest.hi = row.key;
    return row;
  }

  #forgetFetched(): void {
    this.#rows = [];
    this.#next = 0;
    this.#isLastChunk = false;
    this.#seenWrites = this.writeCount();
  }

  #fetch(): void {
    const { index } = this.target;
    this.#rows =
      index.definition.kind === 'id' ? this.#fetchById() : this.#fetchByKey(index.indexNo);
    this.#next = 0;
    this.#isLastChunk = this.#rows.length < this.#chunk;
    this.#chunk = Math.min(this.#chunk * 2, largestChunk);
  }

  #fetchByKey(indexNo: number): ScannedRow[] {
    const { lo, hi } = this.#rest;
    return this.file
      .statement(
        `SELECT e.key, d.doc, CAST(d.id AS BLOB), CAST(d.body AS BLOB), d.size
         FROM index_entries e CROSS JOIN documents d ON d.doc = e.doc
         WHERE e.index_no = ? AND e.key >= ? AND e.key < ?
         ORDER BY e.key ${this.#order === 'asc' ? 'ASC' : 'DESC'} LIMIT ?`,
      )
      .all(indexNo, lo, hi, this.#chunk)
      .map(([key, doc, id, body, size]) => ({
        key: key as Buffer,
        doc: doc as number,
        id: this.file.text(id),
        body: this.file.text(body),
        size: size as number,
      }));
  }

  /** The index by id has no entries of its own: the documents' unique index is it. */
  #fetchById(): ScannedRow[] {
    const lo = idBound(this.#rest.lo);
    const hi = idBound(this.#rest.hi);
    const order = this.#order === 'asc' ? 'ASC' : 'DESC';
    return this.file
      .statement(
        `SELECT doc, CAST(id AS BLOB), CAST(body AS BLOB), size FROM documents
         WHERE table_no = ? AND id >${lo.includesEqual ? '=' : ''} ?
           AND id <${hi.includesEqual ? '' : '='} ?
         ORDER BY id ${order} LIMIT ?`,
      )
      .all(this.target.table.tableNo, lo.text, hi.text, this.#chunk)
      .map(([doc, id, body, size]) => ({
        key: encodeKey([this.file.text(id)]),
        doc: doc as number,
        id: this.file.text(id),
        body: this.file.text(body),
        size: size as number,
      }));
  }
}

const stringTag = 7;

/**
 * A key bound as a bound on id text. `includesEqual`: the key of that very id lies at or above the
 * bound. Ids are ASCII letters and digits, so what follows a NUL in a bound never decides more.
 */
function idBound(key: Uint8Array): { text: string; includesEqual: boolean } {
  const [tag] = key;
  if (tag === undefined || tag < stringTag) return { text: '', includesEqual: true };
  if (tag > stringTag) return { text: '\u{10ffff}', includesEqual: true };
  const end = key.indexOf(0, 1);
  const text = Buffer.from(key.subarray(1, end < 0 ? key.length : end)).toString();
  return { text, includesEqual: end < 0 || end === key.length - 1 };
}
