import type { Catalog, TableInfo } from './catalog';
import { StoreError, type DocumentText } from './contract';
import type { DatabaseFile } from './database-file';
import { sizeOfDocument } from './document-changes';
import { checkAgainst, removeIndexEntries } from './schema-apply';
import type { Transaction } from './transaction';
import { fromText, isValueObject, toText } from '../values/convex-json';
import { tableNumberOf } from '../values/ids';
import type { ValidationContext } from '../values/validate';
import type { ValueObject } from '../values/value';

/** All of one table: what a snapshot holds of it. */
export interface TableDump {
  name: string;
  /** The number inside its ids. */
  number: number;
  /** In order of creation. */
  documents: DocumentText[];
}

/** The user tables of a namespace, whole: no limits, and no part of the read set. */
export function dumpTables(file: DatabaseFile, catalog: Catalog, namespace: string): TableDump[] {
  return userTables(catalog, namespace).map((table) => {
    const byCreation = table.indexes.get('by_creation_time');
    const rows = file
      .statement(
        `SELECT CAST(d.body AS BLOB) FROM index_entries e CROSS JOIN documents d ON d.doc = e.doc
         WHERE e.index_no = ? ORDER BY e.key`,
      )
      .all(byCreation?.indexNo ?? -1);
    return { name: table.name, number: table.number, documents: rows.map(([b]) => file.text(b)) };
  });
}

/**
 * Replaces all user tables of a namespace by those of a dump; tables it does not have become
 * empty. Ids, their table numbers and creation times stay as they are in the dump. Throws
 * `StoreError` when a document does not fit the live schema or an id is not of its table.
 */
export function restoreTables(
  tx: Transaction,
  namespace: string,
  dumps: readonly TableDump[],
): void {
  const { file, catalog } = tx.parts;
  tx.log.everything();
  for (const table of userTables(catalog, namespace)) clearTable(file, table);
  tx.rows.forget();
  const tables = dumps.map(({ name }) => catalog.ensureTable(namespace, name, tx.sink));
  catalog.renumber(namespace, new Map(dumps.map(({ name, number }) => [name, number])));
  // Snapshots do not hold scheduled functions: an id of no user table is taken for one of those.
  const scope = tx.namespace(namespace);
  const context: ValidationContext = {
    tableOfId: (id) =>
      scope.tableOfId(id) ?? (tableNumberOf(id) === undefined ? null : '_scheduled_functions'),
  };
  for (const [i, { documents }] of dumps.entries()) {
    const name = tables[i]?.name ?? '';
    const table = catalog.table(namespace, name);
    if (!table) throw new Error(`Table "${name}" was made and is not there.`);
    const seen = new Set<string>();
    for (const text of documents) restoreDocument(tx, table, text, { context, seen });
  }
}

function restoreDocument(
  tx: Transaction,
  table: TableInfo,
  text: DocumentText,
  { context, seen }: { context: ValidationContext; seen: Set<string> },
): void {
  const document = readDocument(table, text);
  const { _id: id, _creationTime: createdAtMs } = document;
  if (typeof id !== 'string' || tableNumberOf(id) !== table.number || seen.has(id)) {
    throw unfit(table, `${JSON.stringify(id)} is no id of this table, or is there twice`);
  }
  if (typeof createdAtMs !== 'number' || !Number.isFinite(createdAtMs)) {
    throw unfit(table, `the document "${id}" has no creation time`);
  }
  const size = sizeOfDocument(document);
  if (table.validator) checkAgainst(table, document, table.validator, { context, id });
  seen.add(id);
  tx.parts.clock.reach(createdAtMs);
  tx.rows.insert(table, document, { id, size, body: toText(document) });
  // A snapshot may be larger than what a function could remember.
  tx.rows.forget();
}

function readDocument(table: TableInfo, text: DocumentText): ValueObject {
  try {
    // Checked as arguments are: this text comes from outside.
    const value = fromText(text);
    if (isValueObject(value)) return value;
  } catch (error) {
    throw unfit(table, error instanceof Error ? error.message : String(error));
  }
  throw unfit(table, 'a document must be an object');
}

function clearTable(file: DatabaseFile, table: TableInfo): void {
  for (const index of table.indexes.values()) removeIndexEntries(file, index);
  file.statement('DELETE FROM documents WHERE table_no = ?').run(table.tableNo);
}

function userTables(catalog: Catalog, namespace: string): TableInfo[] {
  return catalog
    .tables(namespace)
    .filter(({ name }) => !name.startsWith('_'))
    .toSorted((a, b) => a.number - b.number);
}

function unfit(table: TableInfo, why: string): StoreError {
  return new StoreError('InvalidValue', `Table "${table.name}": ${why}.`);
}
