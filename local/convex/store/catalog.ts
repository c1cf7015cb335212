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
 * Tables, indexes and schemas, kept in memory as the file has them. A transaction that changed
 * them and rolls back must `reload`.
 */
export class Catalog {
  #namespaces = new Map<string, NamespaceInfo>();
  /** Counts changes: a transaction compares it to know whether it must reload. */
  version = 0;

  constructor(private readonly file: DatabaseFile) {
    this.reload();
  }

  reload(): void {
    this.version++;
    this.#namespaces = new Map();
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
  ensureTable(namespace: string, name: string): TableInfo {
    const known = this.table(namespace, name);
    if (known) return known;
    checkTableName(name);
    if (this.tables(namespace).length >= maxTablesPerNamespace) {
      throw new StoreError(
        'InvalidTable',
        `There are already ${maxTablesPerNamespace} tables; "${name}" is one too many.`,
      );
    }
    this.version++;
    const number = this.#nextNumber(namespace, name.startsWith('_'));
    const { lastInsertRowid } = this.file
      .statement('INSERT INTO tables (namespace, name, number) VALUES (?, ?, ?)')
      .run(namespace, name, number);
    const table = this.#remember(lastInsertRowid, namespace, name, number);
    this.addIndex(table, 'by_id', { kind: 'id' });
    this.addIndex(table, 'by_creation_time', { kind: 'database', fields: [] });
    return table;
  }

  addIndex(table: TableInfo, name: string, definition: IndexDefinition): IndexInfo {
    this.version++;
    const { lastInsertRowid } = this.file
      .statement('INSERT INTO indexes (table_no, name, definition) VALUES (?, ?, ?)')
      .run(table.tableNo, name, JSON.stringify(definition));
    const index = indexInfo(lastInsertRowid, name, definition);
    table.indexes.set(name, index);
    return index;
  }

  removeIndex(table: TableInfo, index: IndexInfo): void {
    this.version++;
    this.file.statement('DELETE FROM indexes WHERE index_no = ?').run(index.indexNo);
    table.indexes.delete(index.name);
  }

  removeTable(table: TableInfo): void {
    this.version++;
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
    this.version++;
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
    this.version++;
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
    this.version++;
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
