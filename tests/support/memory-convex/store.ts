import { compareValues, type Value } from 'convex/values';
import { misfit, type Shape } from './validate';
import { type Fields, fieldAt, stored, type StoredDoc, storedFields } from './values';

interface Table {
  docs: Map<string, StoredDoc>;
  indexes: Map<string, readonly string[]>;
  shape: Shape;
}

/** What `schema.export()` writes down, as far as it is needed. */
interface ExportedSchema {
  tables: {
    tableName: string;
    indexes: { indexDescriptor: string; fields: string[] }[];
    documentType: Shape;
  }[];
}

/** One document that a transaction wrote; null = it was not there, or is not any more. */
export interface Change {
  table: string;
  before: StoredDoc | null;
  after: StoredDoc | null;
}

/** One side of an index range. */
interface Bound {
  field: string;
  op: 'eq' | 'gt' | 'gte' | 'lt' | 'lte';
  value: unknown;
}

/**
 * The tables of one deployment in memory, checked against its schema. A transaction's changes are
 * undone in one go; running only one at a time is up to the caller.
 */
export class MemoryStore {
  private readonly tables = new Map<string, Table>();
  private undo: { id: string; before: StoredDoc | null }[] = [];
  private lastId = 0;
  private lastCreation = 0;

  constructor(
    exportedSchema: string,
    private readonly clock: () => number,
  ) {
    const { tables } = JSON.parse(exportedSchema) as ExportedSchema;
    for (const { tableName, indexes, documentType } of tables) {
      this.tables.set(tableName, {
        docs: new Map(),
        indexes: new Map([
          ['by_creation_time', []],
          ...indexes.map((index) => [index.indexDescriptor, index.fields] as const),
        ]),
        shape: documentType,
      });
    }
  }

  /** A place to go back to within the transaction. */
  savepoint(): number {
    return this.undo.length;
  }

  rollBack(to: number): void {
    for (const { id, before } of this.undo.splice(to).reverse()) {
      const { docs } = this.table(tableOf(id));
      if (before === null) docs.delete(id);
      else docs.set(id, before);
    }
  }

  /** What the transaction has changed, each document once. */
  commit(): Change[] {
    const first = new Map<string, StoredDoc | null>();
    for (const { id, before } of this.undo) if (!first.has(id)) first.set(id, before);
    this.undo = [];
    return [...first].map(([id, before]) => ({ table: tableOf(id), before, after: this.get(id) }));
  }

  /** Everything in a table, oldest first. */
  all(tableName: string): StoredDoc[] {
    return [...this.table(tableName).docs.values()];
  }

  wipe(): void {
    for (const { docs } of this.tables.values()) docs.clear();
    this.undo = [];
  }

  get(id: string): StoredDoc | null {
    const table = this.tables.get(tableOf(id));
    return table?.docs.get(id) ?? null;
  }

  insert(tableName: string, fields: object): string {
    const table = this.table(tableName);
    this.lastId += 1;
    const _id = `${tableName}:${this.lastId}`;
    // Later than every one before, as in Convex, also within one millisecond.
    this.lastCreation = Math.max(this.clock(), this.lastCreation + 0.001);
    const doc = storedFields(fields, tableName);
    this.check(table, doc, tableName);
    // The two system fields are what a stored document has beside its own.
    this.put(table, _id, Object.freeze({ ...doc, _id, _creationTime: this.lastCreation }));
    return _id;
  }

  /** A field given as undefined is removed. */
  patch(id: string, change: Readonly<Fields>): void {
    const table = this.table(tableOf(id));
    const before = this.mustGet(id);
    const after: Fields = { ...before };
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) delete after[name];
      else after[name] = stored(value, name);
    }
    const { _id, _creationTime, ...fields } = after;
    this.check(table, fields, tableOf(id));
    this.put(
      table,
      id,
      Object.freeze({ ...after, _id: before._id, _creationTime: before._creationTime }),
    );
  }

  replace(id: string, fields: object): void {
    const table = this.table(tableOf(id));
    const { _id, _creationTime } = this.mustGet(id);
    const doc = storedFields(fields, tableOf(id));
    this.check(table, doc, tableOf(id));
    this.put(table, id, Object.freeze({ ...doc, _id, _creationTime }));
  }

  remove(id: string): void {
    const { docs } = this.table(tableOf(id));
    const before = this.mustGet(id);
    docs.delete(id);
    this.undo.push({ id, before });
  }

  normalizeId(tableName: string, id: string): string | null {
    this.table(tableName);
    return tableOf(id) === tableName && /:\d+$/.test(id) ? id : null;
  }

  /** Documents within an index range, in its order. */
  range(tableName: string, indexName: string, bounds: readonly Bound[]): StoredDoc[] {
    const { docs, indexes } = this.table(tableName);
    const fields = indexes.get(indexName);
    if (fields === undefined) throw new Error(`${tableName} has no index ${indexName}`);
    const found = [...docs.values()].filter((doc) => bounds.every((bound) => within(doc, bound)));
    const order = [...fields, '_creationTime', '_id'];
    return found.length < 2 ? found : found.sort((a, b) => compareBy(order, a, b));
  }

  private table(name: string): Table {
    const table = this.tables.get(name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return table;
  }

  private mustGet(id: string): StoredDoc {
    const doc = this.get(id);
    if (doc === null) throw new Error(`there is no document ${id}`);
    return doc;
  }

  private put({ docs }: Table, id: string, doc: StoredDoc): void {
    this.undo.push({ id, before: docs.get(id) ?? null });
    docs.set(id, doc);
  }

  private check({ shape }: Table, doc: Readonly<Fields>, at: string): void {
    const why = misfit(shape, doc, at);
    if (why !== undefined) throw new Error(`the schema refuses a document: ${why}`);
  }
}

export type { Bound };

function tableOf(id: string): string {
  return id.slice(0, id.indexOf(':'));
}

// Stored fields are Convex values; an absent one sorts first, as undefined does there.
const compare = (a: unknown, b: unknown) =>
  compareValues(a as Value | undefined, b as Value | undefined);

function within(doc: StoredDoc, { field, op, value }: Bound): boolean {
  const found = fieldAt(doc, field);
  if (op === 'eq') return found === value || compare(found, value) === 0;
  const order = compare(found, value);
  switch (op) {
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
  }
}

function compareBy(fields: readonly string[], a: StoredDoc, b: StoredDoc): number {
  for (const field of fields) {
    const order = compare(fieldAt(a, field), fieldAt(b, field));
    if (order !== 0) return order;
  }
  return 0;
}
