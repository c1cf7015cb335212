import type { IndexInfo, NewTable, TableInfo } from './catalog';
import type { Order, SystemRange } from './contract';
import type { DatabaseFile } from './database-file';
import type { StoredDocument } from './documents';
import type { KeyRange, ScannedRow } from './index-scan';
import { Layer, removed, type LayerDocument } from './layer';
import type { SearchSource } from './search-index';
import type { SearchEntry } from './search-words';
import { wholeIndex } from './query-plan';
import { byBytes } from './sorted-cells';
import {
  countEntries,
  findDocument,
  findDocumentByNumber,
  hasEntry,
  inSystemRange,
  readSystemRow,
  scanById,
  scanByKey,
  scanSystemRows,
} from './sql-rows';
import { encodeKey, keyAfter, keyBytes, keyText } from '../values/key-encoding';

/** Some rows of a range, and whether there are more behind them. */
export interface Scanned {
  rows: ScannedRow[];
  isLast: boolean;
}

/** As `Scanned`; `rest` is what of the range lies behind the rows that the file gave. */
interface ScannedPart extends Scanned {
  rest: KeyRange;
}

export interface ScanRequest {
  range: KeyRange;
  order: Order;
  limit: number;
}

/**
 * The rows of the store as a transaction sees them: those of the file, under what the layers have
 * on top of it. It does not matter when a layer reaches the file: as long as it is here, it hides
 * what it holds.
 */
export class Layers {
  /** Newest first. */
  #stack: Layer[] = [];

  constructor(private readonly file: DatabaseFile) {}

  push(): Layer {
    const layer = new Layer();
    this.#stack.unshift(layer);
    return layer;
  }

  /** The layer is in the file, or must never be. */
  remove(layer: Layer): void {
    this.#stack = this.#stack.filter((one) => one !== layer);
  }

  /** Tables that the file may not have yet, oldest first. */
  tables(): NewTable[] {
    return this.#stack.toReversed().flatMap(({ tables }) => tables);
  }

  find(table: TableInfo, id: string): StoredDocument | undefined {
    for (const layer of this.#stack) {
      const found = layer.documents.get(id);
      if (found) return found.tableNo === table.tableNo ? existing(found) : undefined;
    }
    return findDocument(this.file, table, id);
  }

  byNumber(doc: number): StoredDocument | undefined {
    const found = this.#inLayers(doc);
    return found ? existing(found) : findDocumentByNumber(this.file, doc);
  }

  #inLayers(doc: number): LayerDocument | undefined {
    for (const layer of this.#stack) {
      const found = layer.byNumber.get(doc);
      if (found) return found;
    }
    return undefined;
  }

  /** At most `limit` rows of an index, from the beginning of the range in its order; none at its end. */
  scan(index: IndexInfo, table: TableInfo, request: ScanRequest): Scanned {
    for (let { range } = request; ;) {
      const found = this.#scanPart(index, table, { ...request, range });
      if (found.rows.length > 0 || found.isLast) return found;
      // All of this part of the file was removed in the layers.
      range = found.rest;
    }
  }

  #scanPart(index: IndexInfo, table: TableInfo, request: ScanRequest): ScannedPart {
    const isById = index.definition.kind === 'id';
    const rows = isById
      ? scanById(this.file, table, request)
      : scanByKey(this.file, index.indexNo, request);
    const isLast = rows.length < request.limit;
    const known = { rows, isLast, rest: behind(request, rows) };
    if (this.#stack.every((layer) => layer.documents.size === 0)) return known;
    const within = isLast ? request.range : before(request, known.rest);
    const changed = isById ? this.#changedIds(table, within) : this.#changedKeys(index, within);
    return this.#merge(known, changed, request);
  }

  /** What the layers say of the keys in a range; later layers count. */
  #changedKeys(index: IndexInfo, { lo, hi }: KeyRange): Map<string, number> {
    const changed = new Map<string, number>();
    const [from, to] = [keyText(lo), keyText(hi)];
    for (const layer of this.#stack.toReversed()) {
      const cells = layer.entries.get(index.indexNo);
      if (cells) for (const [key, doc] of cells.range(from, to)) changed.set(key, doc);
    }
    return changed;
  }

  /** The index by id has no entries: its keys follow from the documents. */
  #changedIds(table: TableInfo, { lo, hi }: KeyRange): Map<string, number> {
    const changed = new Map<string, number>();
    const [from, to] = [keyText(lo), keyText(hi)];
    for (const layer of this.#stack.toReversed()) {
      for (const document of layer.documents.values()) {
        if (document.tableNo !== table.tableNo) continue;
        const key = keyText(encodeKey([document.id]));
        if (key < from || key >= to) continue;
        changed.set(key, document.body === null ? removed : document.doc);
      }
    }
    return changed;
  }

  #merge(
    { rows, isLast, rest }: ScannedPart,
    changed: ReadonlyMap<string, number>,
    { order, limit }: ScanRequest,
  ): ScannedPart {
    const kept = changed.size === 0 ? rows : rows.filter(({ key }) => !changed.has(keyText(key)));
    const current = kept.map((row) => this.#newest(row));
    const added = [...changed].filter(([, doc]) => doc !== removed);
    if (added.length === 0) return { rows: current, isLast, rest };
    added.sort(([a], [b]) => byBytes(a, b));
    if (order === 'desc') added.reverse();
    const more = added.slice(0, limit).flatMap(([name, doc]) => {
      const document = this.byNumber(doc);
      return document ? [{ ...document, key: keyBytes(name) }] : [];
    });
    const direction = order === 'asc' ? 1 : -1;
    const all = [...current, ...more].sort((a, b) => direction * Buffer.compare(a.key, b.key));
    const isAll = isLast && current.length + added.length <= limit;
    return { rows: all.slice(0, limit), isLast: isAll, rest };
  }

  /** A row of the file whose document has changed, though not this entry of it. */
  #newest(row: ScannedRow): ScannedRow {
    for (const layer of this.#stack) {
      const found = layer.documents.get(row.id);
      if (found?.body) return { ...row, body: found.body, size: found.size };
    }
    return row;
  }

  count(index: IndexInfo): number {
    const changed = this.#changedKeys(index, wholeIndex());
    if (changed.size === 0) return countEntries(this.file, index.indexNo);
    // One state of the file for both: a layer may reach it at any time.
    this.file.exec('SAVEPOINT counting');
    try {
      let count = countEntries(this.file, index.indexNo);
      for (const [key, doc] of changed) {
        const isThere = hasEntry(this.file, index.indexNo, keyBytes(key));
        count += (doc === removed ? 0 : 1) - (isThere ? 1 : 0);
      }
      return count;
    } finally {
      this.file.exec('RELEASE counting');
    }
  }

  /** Documents whose place in a search index has changed; `null`: they are not in it any more. */
  #changedSearchEntries(index: IndexInfo): ReadonlyMap<number, SearchEntry | null> {
    const changed = new Map<number, SearchEntry | null>();
    for (const layer of this.#stack.toReversed()) {
      for (const [doc, entry] of layer.searches.get(index.indexNo) ?? []) changed.set(doc, entry);
    }
    return changed;
  }

  searchSource(index: IndexInfo): SearchSource {
    return {
      file: this.file,
      index,
      changed: this.#changedSearchEntries(index),
      newBodyOf: (doc) => this.#inLayers(doc)?.body ?? undefined,
    };
  }

  systemRow(bucket: string, key: string): string | null {
    for (const layer of this.#stack) {
      const found = layer.system.get(bucket)?.get(key);
      if (found !== undefined) return found;
    }
    return readSystemRow(this.file, bucket, key);
  }

  systemRows(bucket: string, range: SystemRange): { key: string; json: string }[] {
    const changed = new Map<string, string | null>();
    for (const layer of this.#stack.toReversed()) {
      for (const [key, json] of layer.system.get(bucket) ?? []) {
        if (inSystemRange(key, range)) changed.set(key, json);
      }
    }
    const limit = range.limit ?? Infinity;
    const rows = scanSystemRows(this.file, bucket, { ...range, limit: limit + changed.size });
    if (changed.size === 0) return rows;
    const kept = rows.filter(({ key }) => !changed.has(key));
    const added = [...changed].flatMap(([key, json]) => (json === null ? [] : [{ key, json }]));
    const direction = range.reverse ? -1 : 1;
    return [...kept, ...added]
      .sort((a, b) => direction * Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
      .slice(0, limit);
  }
}

function existing({ doc, id, size, body }: LayerDocument): StoredDocument | undefined {
  return body === null ? undefined : { doc, id, size, body };
}

/** What is left of a range behind some rows of it. */
function behind({ range, order }: ScanRequest, rows: readonly ScannedRow[]): KeyRange {
  const last = rows.at(-1);
  if (!last) return range;
  return order === 'asc' ? { ...range, lo: keyAfter(last.key) } : { ...range, hi: last.key };
}

/** What of a range lies before the rest of it. */
function before({ range, order }: ScanRequest, rest: KeyRange): KeyRange {
  return order === 'asc' ? { ...range, hi: rest.lo } : { ...range, lo: rest.hi };
}
