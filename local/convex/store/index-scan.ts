import type { IndexInfo, TableInfo } from './catalog';
import type { Order } from './contract';
import type { StoredDocument } from './documents';
import type { Layers } from './layers';
import { keyAfter } from '../values/key-encoding';

/** Half-open in bytes: `lo <= key < hi`. */
export interface KeyRange {
  lo: Uint8Array;
  hi: Uint8Array;
}

export interface ScannedRow extends StoredDocument {
  key: Uint8Array;
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
    private readonly layers: Layers,
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
    const { index, table } = this.target;
    const limit = this.#chunk;
    const request = { range: this.#rest, order: this.#order, limit };
    const { rows, isLast } = this.layers.scan(index, table, request);
    this.#rows = rows;
    this.#next = 0;
    this.#isLastChunk = isLast;
    this.#chunk = Math.min(this.#chunk * 2, largestChunk);
  }
}
