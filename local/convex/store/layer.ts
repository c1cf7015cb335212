import type { NewTable } from './catalog';
import type { StoredDocument } from './documents';
import type { SearchEntry } from './search-words';
import { tokensOf } from './search-index';
import { SortedCells } from './sorted-cells';

/** Where the writes of a transaction go: a layer, or the file at once (`sql-sink.ts`). */
export interface Sink {
  addTable(table: NewTable): void;
  /** `isNew`: nobody below has a document of this number. */
  putDocument(tableNo: number, row: StoredDocument, isNew: boolean): void;
  removeDocument(tableNo: number, row: StoredDocument): void;
  /** Keys as `encodeFields` gives them. */
  putEntry(indexNo: number, key: string, doc: number): void;
  removeEntry(indexNo: number, key: string): void;
  /** `undefined`: the document is not in the index any more. */
  putSearchEntry(indexNo: number, doc: number, entry: SearchEntry | undefined): void;
  /** `null` removes the row. */
  putSystemRow(bucket: string, key: string, json: string | null): void;
}

export interface LayerDocument extends Omit<StoredDocument, 'body'> {
  readonly tableNo: number;
  /** `null`: removed. */
  readonly body: string | null;
  /** Nothing below the layer has it. */
  readonly isNew: boolean;
}

/** Of an entry that is gone; documents are numbered from 1. */
export const removed = 0;

/** A place in a layer's history, to go back to. */
export type Mark = number;

/**
 * What transactions have written that is not in the file yet: the state of each row they touched.
 * Readers look into the layers first, the newest before the others, and then into the file
 * (`layers.ts`). A layer is undone to a mark, or thrown away whole.
 */
export class Layer implements Sink {
  readonly tables: NewTable[] = [];
  readonly documents = new Map<string, LayerDocument>();
  readonly byNumber = new Map<number, LayerDocument>();
  readonly entries = new Map<number, SortedCells>();
  readonly searches = new Map<number, Map<number, SearchEntry | null>>();
  readonly system = new Map<string, Map<string, string | null>>();
  /** Characters of all bodies written: says when enough is gathered. */
  size = 0;
  readonly #undo: Undo[] = [];

  get isEmpty(): boolean {
    return this.#undo.length === 0;
  }

  mark(): Mark {
    return this.#undo.length;
  }

  backTo(mark: Mark): void {
    while (this.#undo.length > mark) this.#undo.pop()?.undo();
  }

  /** `forget` takes the table out of the catalog again. */
  addTable(table: NewTable, forget?: () => void): void {
    this.tables.push(table);
    const undo = () => {
      this.tables.pop();
      forget?.();
    };
    this.#undo.push({ undo });
  }

  putDocument(tableNo: number, row: StoredDocument, isNew: boolean): void {
    const { doc, id, size, body } = row;
    this.size += body.length;
    this.#setDocument({ tableNo, doc, id, size, body, isNew });
  }

  removeDocument(tableNo: number, { doc, id }: StoredDocument): void {
    this.#setDocument({ tableNo, doc, id, size: 0, body: null, isNew: false });
  }

  #setDocument(given: LayerDocument): void {
    const { documents, byNumber } = this;
    const before = documents.get(given.id);
    const document = before?.isNew ? { ...given, isNew: true } : given;
    this.#set(documents, given.id, document);
    this.#set(byNumber, given.doc, document);
  }

  putEntry(indexNo: number, key: string, doc: number): void {
    const cells = this.#cells(indexNo);
    this.#undo.push(new Past(cells, key, cells.set(key, doc)));
  }

  removeEntry(indexNo: number, key: string): void {
    this.putEntry(indexNo, key, removed);
  }

  #cells(indexNo: number): SortedCells {
    let cells = this.entries.get(indexNo);
    if (!cells) this.entries.set(indexNo, (cells = new SortedCells()));
    return cells;
  }

  putSearchEntry(indexNo: number, doc: number, entry: SearchEntry | undefined): void {
    this.#set(mapIn(this.searches, indexNo), doc, entry ?? null);
  }

  putSystemRow(bucket: string, key: string, json: string | null): void {
    this.size += json?.length ?? 0;
    this.#set(mapIn(this.system, bucket), key, json);
  }

  #set<K, V>(map: Map<K, V>, key: K, value: V): void {
    this.#undo.push(new Past(map, key, map.get(key)));
    map.set(key, value);
  }

  /** As the thread that writes gets it: lists of plain values, which are cheap to hand over. */
  toData(): LayerData {
    const data = { documents: [], entries: [], searches: [], system: [] };
    const { documents, entries, searches, system }: Lists = data;
    for (const { doc, tableNo, id, size, body, isNew } of this.documents.values()) {
      documents.push(doc, tableNo, id, size, body, isNew ? 1 : 0);
    }
    for (const [indexNo, cells] of this.entries) {
      for (const [key, doc] of cells.all()) entries.push(indexNo, key, doc);
    }
    for (const [indexNo, found] of this.searches) {
      for (const [doc, entry] of found) {
        const tokens = entry && tokensOf(entry).join(' ');
        searches.push(indexNo, doc, tokens, this.byNumber.get(doc)?.isNew ? 1 : 0);
      }
    }
    for (const [bucket, rows] of this.system) {
      for (const [key, json] of rows) system.push(bucket, key, json);
    }
    return { tables: this.tables, ...data };
  }
}

/** Rows one after the other, column by column. */
interface Lists {
  /** Number, table, id, size, body (`null`: removed), 1 where it is new. */
  documents: (string | number | null)[];
  /** Index, key in Latin-1, number of the document (`removed`: gone). */
  entries: (string | number)[];
  /** Index, number of the document, tokens (`null`: gone), 1 where the document is new. */
  searches: (string | number | null)[];
  /** Bucket, key, JSON (`null`: gone). */
  system: (string | null)[];
}

export interface LayerData extends Readonly<Lists> {
  tables: readonly NewTable[];
}

function mapIn<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let map = maps.get(key);
  if (!map) maps.set(key, (map = new Map()));
  return map;
}

interface Undo {
  undo(): void;
}

/** What stood in a place before. One for each row and entry: a closure would take twice the room. */
class Past<K, V> implements Undo {
  constructor(
    private readonly map: Pick<Map<K, V>, 'delete'> & { set(key: K, value: V): unknown },
    private readonly key: K,
    private readonly before: V | undefined,
  ) {}

  undo(): void {
    if (this.before === undefined) this.map.delete(this.key);
    else this.map.set(this.key, this.before);
  }
}
