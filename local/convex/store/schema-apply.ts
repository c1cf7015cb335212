import type { Catalog, IndexDefinition, IndexInfo, TableInfo } from './catalog';
import { StoreError, type SchemaChange, type SchemaJson, type TableSchemaJson } from './contract';
import type { DatabaseFile } from './database-file';
import { indexKey } from './documents';
import { checkSchema } from './schema-check';
import { createSearchTable, dropSearchTable } from './search-index';
import { searchEntry } from './search-words';
import { SqlSink } from './sql-sink';
import { matchesDocument } from '../values/matcher';
import { checkValue, describeProblem, type ValidationContext } from '../values/validate';
import { documentFromText } from '../values/convex-json';
import type { ValueObject } from '../values/value';
import type { ValidatorJson } from '../values/validator';

export interface SchemaTarget {
  file: DatabaseFile;
  catalog: Catalog;
  namespace: string;
  /** How ids resolve; tables that the schema itself brings must already exist for it. */
  context: ValidationContext;
}

/** Rows read at once while validating or backfilling. */
const chunkRows = 500;

/**
 * Makes a schema the live one: tables, document validation, indexes. Runs inside the caller's
 * transaction, which must be undone when this throws.
 *
 * All at once, and nothing else meanwhile: a new validator or index over 100,000 documents holds
 * the process for 2 to 3 s. A developer pushes on purpose and waits anyway; to do it in pieces
 * would need old and new schema side by side, with writes in between checked against both.
 */
export function applySchema(target: SchemaTarget, schema: SchemaJson | null): SchemaChange {
  const { catalog, namespace } = target;
  const change: SchemaChange = { addedIndexes: [], removedIndexes: [], addedTables: [] };
  if (schema) checkSchema(schema);
  const declared = new Map((schema?.tables ?? []).map((table) => [table.tableName, table]));
  for (const name of declared.keys()) {
    if (!catalog.table(namespace, name)) change.addedTables.push(name);
    catalog.ensureTable(namespace, name, new SqlSink(target.file));
  }
  if (schema) validateExisting(target, schema);
  for (const table of catalog.tables(namespace)) {
    if (table.name.startsWith('_')) continue;
    changeIndexes(target, table, declared.get(table.name), change);
  }
  catalog.setSchema(namespace, schema);
  return change;
}

/** Checks all documents of tables whose validator is new; the others were checked when written. */
export function validateExisting(target: SchemaTarget, schema: SchemaJson): void {
  if (!schema.schemaValidation) return;
  for (const { tableName, documentType } of schema.tables) {
    const table = target.catalog.table(target.namespace, tableName);
    if (!table || !documentType || sameJson(table.validator, documentType)) continue;
    for (const row of allDocuments(target.file, table)) {
      checkAgainst(table, row.document, documentType as ValidatorJson, {
        context: target.context,
        id: row.id,
      });
    }
  }
}

/** Throws `SchemaMismatch` when a document, system fields aside, does not match. */
export function checkAgainst(
  table: TableInfo,
  document: ValueObject,
  validator: ValidatorJson,
  { context, id }: { context: ValidationContext; id?: string },
): void {
  if (matchesDocument(validator, document, context)) return;
  const { _id, _creationTime, ...fields } = document;
  const problem = checkValue(validator, fields, context);
  if (!problem) return;
  const which = id
    ? `Document with ID "${id}" in table "${table.name}" does not match the schema`
    : `Failed to insert or update a document in table "${table.name}" because it does not match the schema`;
  throw new StoreError('SchemaMismatch', `${which}: ${describeProblem(problem)}`);
}

function changeIndexes(
  target: SchemaTarget,
  table: TableInfo,
  declared: TableSchemaJson | undefined,
  change: SchemaChange,
): void {
  const wanted = wantedIndexes(declared);
  for (const index of table.indexes.values()) {
    if (index.name === 'by_id' || index.name === 'by_creation_time') continue;
    if (sameJson(wanted.get(index.name), index.definition)) {
      wanted.delete(index.name);
      continue;
    }
    removeIndex(target, table, index);
    change.removedIndexes.push(`${table.name}.${index.name}`);
  }
  const added = [...wanted].map(([name, definition]) => addIndex(target, table, name, definition));
  if (added.length === 0) return;
  const sink = new SqlSink(target.file);
  for (const { doc, document } of allDocuments(target.file, table)) {
    for (const index of added) backfill(sink, index, doc, document);
  }
  change.addedIndexes.push(...added.map((index) => `${table.name}.${index.name}`));
}

function wantedIndexes(declared: TableSchemaJson | undefined): Map<string, IndexDefinition> {
  const wanted = new Map<string, IndexDefinition>();
  for (const { indexDescriptor, fields } of declared?.indexes ?? []) {
    wanted.set(indexDescriptor, { kind: 'database', fields });
  }
  for (const { indexDescriptor, searchField, filterFields } of declared?.searchIndexes ?? []) {
    wanted.set(indexDescriptor, { kind: 'search', searchField, filterFields });
  }
  return wanted;
}

function addIndex(
  { catalog, file }: SchemaTarget,
  table: TableInfo,
  name: string,
  definition: IndexDefinition,
): IndexInfo {
  const index = catalog.addIndex(table, name, definition);
  if (definition.kind === 'search') createSearchTable(file, index);
  return index;
}

export function removeIndex(
  { catalog, file }: Pick<SchemaTarget, 'catalog' | 'file'>,
  table: TableInfo,
  index: IndexInfo,
): void {
  if (index.definition.kind === 'search') dropSearchTable(file, index);
  else removeIndexEntries(file, index);
  catalog.removeIndex(table, index);
}

export function removeIndexEntries(file: DatabaseFile, index: IndexInfo): void {
  if (index.definition.kind !== 'search') {
    file.statement('DELETE FROM index_entries WHERE index_no = ?').run(index.indexNo);
    return;
  }
  dropSearchTable(file, index);
  createSearchTable(file, index);
}

export function backfill(
  sink: SqlSink,
  index: IndexInfo,
  doc: number,
  document: ValueObject,
): void {
  if (index.definition.kind !== 'search') {
    sink.putEntry(index.indexNo, indexKey(index, document), doc);
    return;
  }
  const entry = searchEntry(index, document);
  if (entry) sink.putSearchEntry(index.indexNo, doc, entry);
}

/** In chunks by id, so that memory does not grow with the table. */
export function* allDocuments(
  file: DatabaseFile,
  table: TableInfo,
): Generator<{ doc: number; id: string; document: ValueObject }> {
  const chunk = file.statement(
    'SELECT doc, CAST(id AS BLOB), CAST(body AS BLOB) FROM documents WHERE table_no = ? AND id > ? ORDER BY id LIMIT ?',
  );
  let last = '';
  for (;;) {
    const rows = chunk.all(table.tableNo, last, chunkRows);
    for (const row of rows) {
      const id = file.text(row[1]);
      yield { doc: row[0] as number, id, document: documentFromText(file.text(row[2])) };
      last = id;
    }
    if (rows.length < chunkRows) return;
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
