import { checkTableName, tableKey, type TableInfo } from './catalog';
import {
  StoreError,
  type DocumentText,
  type PageRequest,
  type PageResult,
  type QueryJson,
  type QueryStream,
  type SchemaJson,
  type WriteScope,
} from './contract';
import { newFields, patched, replaced, sizeOfDocument } from './document-changes';
import type { StoredDocument } from './documents';
import { readPage } from './pagination';
import { builtIn, planQuery } from './query-plan';
import { openStream } from './query-stream';
import { checkSchema } from './schema-check';
import { checkAgainst, validateExisting } from './schema-apply';
import type { Transaction } from './transaction';
import { documentFromText, toText } from '../values/convex-json';
import { newId, tableNumberOf } from '../values/ids';
import type { Json, ValueObject } from '../values/value';

/** One namespace as one transaction sees it. */
export class Scope implements WriteScope {
  constructor(
    private readonly tx: Transaction,
    readonly path: string,
    private readonly isSystem: boolean,
  ) {}

  tables(): string[] {
    this.tx.use();
    return this.#catalog
      .tables(this.path)
      .map((table) => table.name)
      .filter((name) => this.isSystem || !name.startsWith('_'))
      .sort();
  }

  schema(): SchemaJson | null {
    this.tx.use();
    return this.#catalog.schema(this.path);
  }

  validateSchema(schema: SchemaJson | null): void {
    this.tx.use();
    if (!schema) return;
    checkSchema(schema);
    this.tx.readFileItself();
    const { file, catalog } = this.tx.parts;
    validateExisting({ file, catalog, namespace: this.path, context: this }, schema);
  }

  tableOfId(id: string): string | null {
    const number = tableNumberOf(id);
    if (number === undefined) return null;
    return this.#catalog.tableByNumber(this.path, number)?.name ?? null;
  }

  normalizeId(table: string, id: string): string | null {
    this.tx.use();
    return this.tableOfId(id) === table ? id : null;
  }

  get(
    id: string,
    { table: expected, isSystem }: { table?: string; isSystem?: boolean } = {},
  ): DocumentText | null {
    this.tx.use();
    const table = this.#tableOf(id, expected, 'db.get');
    if (isSystem !== undefined && table.name.startsWith('_') !== isSystem) {
      throw new StoreError(
        'InvalidId',
        `The id "${id}" is of ${isSystem ? 'user' : 'system'} table "${table.name}": use db.${isSystem ? '' : 'system.'}get().`,
      );
    }
    return this.#read(table, id)?.body ?? null;
  }

  queryStream(query: QueryJson): QueryStream {
    this.tx.use();
    const plan = planQuery(this.#catalog, this.path, query);
    return openStream(this.tx, this.path, plan, query.operators);
  }

  queryPage(request: PageRequest): PageResult {
    this.tx.use();
    const plan = planQuery(this.#catalog, this.path, request.query);
    const { cursors } = this.tx.parts;
    return readPage({ context: this.tx, cursors, namespace: this.path, plan }, request);
  }

  count(table: string): number {
    this.tx.use();
    this.tx.meter.range();
    this.tx.reads.table(tableKey(this.path, table));
    const info = this.#catalog.table(this.path, table);
    if (!info) return 0;
    return this.tx.layers.count(builtIn(info, 'by_creation_time'));
  }

  insert(tableName: string, json: Json): string {
    this.#beginWrite(tableName);
    const fields = newFields(tableName, json);
    checkTableName(tableName);
    const table = this.#catalog.ensureTable(this.path, tableName, this.tx.sink);
    const id = newId(table.number);
    // Own fields last: V8 copies them at once, and they come sorted more often so.
    const _creationTime = this.tx.parts.clock.nextCreationMs();
    const document = { _creationTime, _id: id, ...fields };
    const size = this.#check(table, document);
    this.tx.meter.wrote(size);
    const row = { id, size, body: toText(document) };
    this.tx.rows.insert(table, document, row);
    return id;
  }

  patch(id: string, json: Json, expected?: string): DocumentText {
    return this.#change(id, expected, 'patch', (before) => patched(before, json));
  }

  replace(id: string, json: Json, expected?: string): DocumentText {
    return this.#change(id, expected, 'replace', (before) => replaced(before, json));
  }

  delete(id: string, expected?: string): DocumentText {
    const table = this.#tableOf(id, expected, 'db.delete');
    this.#beginWrite(table.name);
    const row = this.#existing(table, id, 'Delete');
    this.tx.meter.wrote(row.size);
    this.tx.rows.remove(table, documentFromText(row.body), row);
    return row.body;
  }

  #change(
    id: string,
    expected: string | undefined,
    call: 'patch' | 'replace',
    make: (before: ValueObject) => ValueObject,
  ): DocumentText {
    const table = this.#tableOf(id, expected, `db.${call}`);
    this.#beginWrite(table.name);
    const row = this.#existing(table, id, call === 'patch' ? 'Patch' : 'Replace');
    const before = documentFromText(row.body);
    const after = make(before);
    const size = this.#check(table, after);
    const body = toText(after);
    this.tx.meter.wrote(size);
    this.tx.rows.update(table, before, after, { ...row, size, body });
    return body;
  }

  get #catalog() {
    return this.tx.parts.catalog;
  }

  #beginWrite(tableName: string): void {
    this.tx.useForWriting();
    if (tableName.startsWith('_') && !this.isSystem) {
      throw new StoreError('InvalidTable', `The system table "${tableName}" is read-only.`);
    }
  }

  #check(table: TableInfo, document: ValueObject): number {
    const size = sizeOfDocument(document);
    if (table.validator) checkAgainst(table, document, table.validator, { context: this });
    return size;
  }

  #read(table: TableInfo, id: string): StoredDocument | undefined {
    this.tx.meter.range();
    this.tx.reads.document(id);
    const row = this.tx.rows.find(table, id);
    if (row) this.tx.meter.read(row.size);
    return row;
  }

  #existing(table: TableInfo, id: string, act: string): StoredDocument {
    const row = this.#read(table, id);
    if (row) return row;
    throw new StoreError('DocumentNotFound', `${act} on nonexistent document ID ${id}.`);
  }

  #tableOf(id: string, expected: string | undefined, call: string): TableInfo {
    const number = tableNumberOf(id);
    const table = number === undefined ? undefined : this.#catalog.tableByNumber(this.path, number);
    if (!table) {
      throw new StoreError(
        'InvalidId',
        number === undefined
          ? `Invalid argument \`id\` for \`${call}\`: ${JSON.stringify(id.slice(0, 100))} is not an id.`
          : `Invalid argument \`id\` for \`${call}\`: "${id}" belongs to no table of this ${this.path ? 'component' : 'deployment'}.`,
      );
    }
    if (expected !== undefined && table.name !== expected) {
      throw new StoreError(
        'InvalidId',
        `Invalid argument \`id\` for \`${call}\`: expected an id of table "${expected}", got "${id}" of table "${table.name}".`,
      );
    }
    return table;
  }
}
