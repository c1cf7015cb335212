import { StoreError, type SchemaJson } from './contract';
import type { DatabaseFile } from './database-file';
import type { ValidatorJson } from '../values/validator';

export type IndexDefinition =
  | { kind: 'id' }
  | { kind: 'database'; fields: string[] }
  | { kind: 'search'; searchField: string; filterFields: string[] };

export interface IndexInfo {
  readonly indexNo: number;
  readonly name: string;
  readonly definition: IndexDefinition;
  /** Split field paths of a database index, `_creationTime` last. */
  readonly paths: readonly (readonly string[])[];
}

export interface TableInfo {
  readonly tableNo: number;
  readonly namespace: string;
  readonly name: string;
  /** The number inside its ids; unique in the namespace. */
  readonly number: number;
  /** `namespace NUL table`. */
  readonly key: string;
  readonly indexes: Map<string, IndexInfo>;
  /** Enforced on every write; absent when the schema does not say or validation is off. */
  validator: ValidatorJson | undefined;
}

/** A table with its two built-in indexes, as it is made when something is first written to it. */
export interface NewTable {
  tableNo: number;
  namespace: string;
  name: string;
  number: number;
  indexes: { indexNo: number; name: string; definition: IndexDefinition }[];
}

/** Where a new table is written down; `forget` takes it back out of the catalog. */
export interface TableSink {
  addTable(table: NewTable, forget: () => void): void;
}

interface NamespaceInfo {
  readonly tables: Map<string, TableInfo>;
  readonly byNumber: Map<number, TableInfo>;
  schema: SchemaJson | null;
}

/** User tables count up from here, below are system tables. */
const firstUserTableNumber = 10_001;
const maxTableNameLength = 64;
const maxTablesPerNamespace = 10_000;

export const tableKey = (namespace: string, table: string) => `${namespace}\0${table}`;

/**
 * Tables, indexes and schemas, kept in memory. What is changed in the file and then undone there
 * takes a `reload`.
 */
export class Catalog {
  #namespaces = new Map<string, NamespaceInfo>();
  /** Numbers are never used twice, for read sets hold them. */
  readonly #last = { tableNo: 0, indexNo: 0 };

  constructor(private readonly file: DatabaseFile) {
    this.reload();
  }

  /** @param unsaved tables that the file may not have yet. */
  reload(unsaved: readonly NewTable[] = []): void {
    this.#namespaces = new Map();
    this.#last.tableNo = Math.max(this.#last.tableNo, this.#lastNumber('tables'));
    this.#last.indexNo = Math.max(this.#last.indexNo, this.#lastNumber('indexes'));
    const tables = new Map<number, TableInfo>();
    for (const row of this.file
      .statement('SELECT table_no, CAST(namespace AS BLOB), CAST(name AS BLOB), number FROM tables')
      .all()) {
      const [tableNo, namespace, name, number] = row as [number, unknown, unknown, number];
      const path = this.file.text(namespace);
      tables.set(tableNo, this.#remember(tableNo, path, this.file.text(name), number));
    }
    for (const row of this.file
      .statement(
        'SELECT index_no, table_no, CAST(name AS BLOB), CAST(definition AS BLOB) FROM indexes',
      )
      .all()) {
      const [indexNo, tableNo, bytes, definition] = row as [number, number, unknown, unknown];
      const name = this.file.text(bytes);
      const index = JSON.parse(this.file.text(definition)) as IndexDefinition;
      tables.get(tableNo)?.indexes.set(name, indexInfo(indexNo, name, index));
    }
    for (const row of this.file
      .statement('SELECT CAST(namespace AS BLOB), CAST(json AS BLOB) FROM schemas')
      .all()) {
      const [namespace, json] = row.map((column) => this.file.text(column));
      this.#attachSchema(namespace ?? '', JSON.parse(json ?? '') as SchemaJson);
    }
    for (const table of unsaved) {
      if (!this.table(table.namespace, table.name)) this.#adopt(table);
    }
  }

  namespaces(): string[] {
    return [...this.#namespaces.keys()].sort();
  }

  tables(namespace: string): TableInfo[] {
    return [...(this.#namespaces.get(namespace)?.tables.values() ?? [])];
  }

  table(namespace: string, name: string): TableInfo | undefined {
    return this.#namespaces.get(namespace)?.tables.get(name);
  }

  tableByNumber(namespace: string, number: number): TableInfo | undefined {
    return this.#namespaces.get(namespace)?.byNumber.get(number);
  }

  schema(namespace: string): SchemaJson | null {
    return this.#namespaces.get(namespace)?.schema ?? null;
  }

  /** The table, made with its two built-in indexes when it does not exist. */
  ensureTable(namespace: string, name: string, sink: TableSink): TableInfo {
    const known = this.table(namespace, name);
    if (known) return known;
    checkTableName(name);
    if (this.tables(namespace).length >= maxTablesPerNamespace) {
      throw new StoreError(
        'InvalidTable',
        `There are already ${maxTablesPerNamespace} tables; "${name}" is one too many.`,
      );
    }
    const made: NewTable = {
      tableNo: (this.#last.tableNo += 1),
      namespace,
      name,
      number: this.#nextNumber(namespace, name.startsWith('_')),
      indexes: [
        { indexNo: (this.#last.indexNo += 1), name: 'by_id', definition: { kind: 'id' } },
        {
          indexNo: (this.#last.indexNo += 1),
          name: 'by_creation_time',
          definition: { kind: 'database', fields: [] },
        },
      ],
    };
    sink.addTable(made, () => this.#forget(made));
    return this.#adopt(made);
  }

  #adopt({ tableNo, namespace, name, number, indexes }: NewTable): TableInfo {
    const table = this.#remember(tableNo, namespace, name, number);
    for (const index of indexes) {
      table.indexes.set(index.name, indexInfo(index.indexNo, index.name, index.definition));
    }
    return table;
  }

  #forget({ namespace, name, number }: NewTable): void {
    const info = this.#namespace(namespace);
    info.tables.delete(name);
    info.byNumber.delete(number);
  }

  addIndex(table: TableInfo, name: string, definition: IndexDefinition): IndexInfo {
    const indexNo = (this.#last.indexNo += 1);
    this.file
      .statement('INSERT INTO indexes (index_no, table_no, name, definition) VALUES (?, ?, ?, ?)')
      .run(indexNo, table.tableNo, name, JSON.stringify(definition));
    const index = indexInfo(indexNo, name, definition);
    table.indexes.set(name, index);
    return index;
  }

  removeIndex(table: TableInfo, index: IndexInfo): void {
    this.file.statement('DELETE FROM indexes WHERE index_no = ?').run(index.indexNo);
    table.indexes.delete(index.name);
  }

  removeTable(table: TableInfo): void {
    this.file.statement('DELETE FROM tables WHERE table_no = ?').run(table.tableNo);
    const namespace = this.#namespace(table.namespace);
    namespace.tables.delete(table.name);
    namespace.byNumber.delete(table.number);
  }

  /**
   * Gives tables the numbers that ids from elsewhere hold; those in the way get new ones. All of
   * them must be empty.
   */
  renumber(namespace: string, wanted: ReadonlyMap<string, number>): void {
    const taken = new Set(wanted.values());
    const tables = this.tables(namespace);
    let free = Math.max(firstUserTableNumber, ...taken, ...tables.map(({ number }) => number)) + 1;
    const update = this.file.statement('UPDATE tables SET number = ? WHERE table_no = ?');
    const moved = tables.filter(({ name, number }) => (wanted.get(name) ?? number) !== number);
    const inTheWay = tables.filter(({ name, number }) => !wanted.has(name) && taken.has(number));
    // Out of the way first: no two tables may have one number even for a moment.
    for (const { tableNo } of [...moved, ...inTheWay]) update.run(free++, tableNo);
    for (const { name, tableNo } of moved) update.run(wanted.get(name) ?? 0, tableNo);
    this.reload();
  }

  setSchema(namespace: string, schema: SchemaJson | null): void {
    if (schema === null) {
      this.file.statement('DELETE FROM schemas WHERE namespace = ?').run(namespace);
    } else {
      this.file
        .statement('INSERT OR REPLACE INTO schemas (namespace, json) VALUES (?, ?)')
        .run(namespace, JSON.stringify(schema));
    }
    this.#attachSchema(namespace, schema);
  }

  forget(namespace: string): void {
    this.#namespaces.delete(namespace);
  }

  #attachSchema(namespace: string, schema: SchemaJson | null): void {
    const info = this.#namespace(namespace);
    info.schema = schema;
    for (const table of info.tables.values()) table.validator = undefined;
    if (!schema?.schemaValidation) return;
    for (const { tableName, documentType } of schema.tables) {
      const table = info.tables.get(tableName);
      // Checked by `parseSchema` before it was stored.
      if (table) table.validator = (documentType ?? undefined) as ValidatorJson | undefined;
    }
  }

  /** The highest that was ever given out, also to what is gone again. */
  #lastNumber(of: 'tables' | 'indexes'): number {
    const row = this.file.statement('SELECT seq FROM sqlite_sequence WHERE name = ?').get(of);
    return (row?.[0] as number | undefined) ?? 0;
  }

  #nextNumber(namespace: string, isSystem: boolean): number {
    const numbers = this.tables(namespace)
      .map((table) => table.number)
      .filter((number) => number < firstUserTableNumber === isSystem);
    return Math.max(isSystem ? 0 : firstUserTableNumber - 1, ...numbers) + 1;
  }

  #namespace(path: string): NamespaceInfo {
    let namespace = this.#namespaces.get(path);
    if (!namespace) {
      namespace = { tables: new Map(), byNumber: new Map(), schema: null };
      this.#namespaces.set(path, namespace);
    }
    return namespace;
  }

  #remember(tableNo: number, namespace: string, name: string, number: number): TableInfo {
    const table: TableInfo = {
      tableNo,
      namespace,
      name,
      number,
      key: tableKey(namespace, name),
      indexes: new Map(),
      validator: undefined,
    };
    const info = this.#namespace(namespace);
    info.tables.set(name, table);
    info.byNumber.set(number, table);
    return table;
  }
}

/**
 * Fields of an index in key order, as range expressions may name them. Every index ends in `_id`:
 * streams of convex-helpers resume by it, and imported documents may share a creation time.
 */
export function indexFields(definition: IndexDefinition): string[] {
  if (definition.kind === 'id') return ['_id'];
  return definition.kind === 'database' ? [...definition.fields, '_creationTime', '_id'] : [];
}

function indexInfo(indexNo: number, name: string, definition: IndexDefinition): IndexInfo {
  const paths = indexFields(definition).map((field) => field.split('.'));
  return { indexNo, name, definition, paths };
}

export function checkTableName(name: string): void {
  if (/^_?[a-zA-Z][a-zA-Z0-9_]*$/.test(name) && name.length <= maxTableNameLength) return;
  throw new StoreError(
    'InvalidTable',
    `"${name}" is not a table name: letters, digits and underscores, a letter first, at most ${maxTableNameLength}.`,
  );
}
