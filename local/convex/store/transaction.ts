import type { Catalog } from './catalog';
import type { Clock } from './clock';
import { WriteLog } from './commit-writes';
import {
  StoreError,
  type CommitWrites,
  type Savepoint,
  type SchemaChange,
  type SchemaJson,
  type Ts,
  type WriteTransaction,
} from './contract';
import type { CursorCodec } from './cursor';
import type { DatabaseFile } from './database-file';
import { DocumentRows } from './documents';
import { dumpTables, restoreTables, type TableDump } from './dump';
import type { ScannedRow } from './index-scan';
import { UsageMeter } from './limits';
import type { ReadContext } from './read-context';
import { ReadTracker } from './read-set';
import { applySchema, removeIndex } from './schema-apply';
import { Scope } from './scope';
import { SystemRows } from './system-rows';

export interface StoreParts {
  file: DatabaseFile;
  catalog: Catalog;
  clock: Clock;
  cursors: CursorCodec;
}

/**
 * One function's view of the store, nested calls included. Ends with `end`; whatever was left
 * running by the function then gets `TransactionClosed` instead of a look at foreign state.
 */
export class Transaction implements WriteTransaction, ReadContext {
  readonly reads = new ReadTracker();
  readonly meter = new UsageMeter();
  readonly log = new WriteLog();
  readonly rows: DocumentRows;
  readonly system: SystemRows;
  #scopes = new Map<string, Scope>();
  #writes = 0;
  #openSavepoints: number[] = [];
  #savepointsMade = 0;
  #isOver = false;

  constructor(
    readonly parts: StoreParts,
    readonly ts: Ts,
    private readonly mode: 'read' | 'write',
  ) {
    this.rows = new DocumentRows(parts.file, this.log);
    this.system = new SystemRows(parts.file, {
      use: () => this.use(),
      useForWriting: () => this.useForWriting(),
      wrote: () => this.log.other(),
    });
  }

  get file(): DatabaseFile {
    return this.parts.file;
  }

  get usage(): UsageMeter {
    return this.meter;
  }

  readonly writeCount = () => this.#writes;

  use(): void {
    if (!this.#isOver) return;
    throw new StoreError(
      'TransactionClosed',
      'The function has already returned. Await every database call before returning.',
    );
  }

  useForWriting(): void {
    this.use();
    if (this.mode === 'read') {
      throw new StoreError('InvalidQuery', 'A query cannot write. Use a mutation.');
    }
    this.#writes++;
  }

  rowByDoc(doc: number): ScannedRow | undefined {
    const row = this.file
      .statement('SELECT CAST(id AS BLOB), CAST(body AS BLOB), size FROM documents WHERE doc = ?')
      .get(doc);
    if (!row) return undefined;
    const [id, body] = [this.file.text(row[0]), this.file.text(row[1])];
    return { key: Buffer.alloc(0), doc, id, body, size: row[2] as number };
  }

  remember(row: ScannedRow): void {
    // A query never changes what it read.
    if (this.mode === 'write') this.rows.remember(row);
  }

  namespaces(): string[] {
    this.use();
    return this.parts.catalog.namespaces();
  }

  namespace(path: string, { system = false }: { system?: boolean } = {}): Scope {
    const name = `${system ? 1 : 0}${path}`;
    let scope = this.#scopes.get(name);
    if (!scope) {
      scope = new Scope(this, path, system);
      this.#scopes.set(name, scope);
    }
    return scope;
  }

  savepoint(): Savepoint {
    this.use();
    const number = ++this.#savepointsMade;
    // By depth: a statement is kept for each name.
    const name = `nested_${this.#openSavepoints.length}`;
    const { catalog } = this.parts;
    const catalogVersion = catalog.version;
    const mark = this.log.mark();
    const undoUsage = this.meter.markWrites();
    if (this.mode === 'write') this.file.statement(`SAVEPOINT ${name}`).run();
    this.#openSavepoints.push(number);
    const end = (undo: boolean) => {
      this.use();
      const position = this.#openSavepoints.indexOf(number);
      const isInnermost = position === this.#openSavepoints.length - 1;
      // Undoing takes those inside along: a call that was cut off could not end its own.
      if (position < 0 || (!undo && !isInnermost)) {
        throw new StoreError('InvalidQuery', 'Nested transactions must end innermost first, once.');
      }
      this.#openSavepoints.length = position;
      if (this.mode === 'read') return;
      if (undo) {
        this.file.statement(`ROLLBACK TO ${name}`).run();
        this.log.backTo(mark);
        this.rows.forget();
        undoUsage();
        this.#writes++;
        if (catalog.version !== catalogVersion) catalog.reload();
      }
      this.file.statement(`RELEASE ${name}`).run();
    };
    return { release: () => end(false), rollback: () => end(true) };
  }

  applySchema(namespace: string, schema: SchemaJson | null): SchemaChange {
    this.useForWriting();
    this.log.everything();
    const { file, catalog } = this.parts;
    const context = this.namespace(namespace);
    return applySchema({ file, catalog, namespace, context }, schema);
  }

  dump(namespace: string): TableDump[] {
    this.use();
    return dumpTables(this.file, this.parts.catalog, namespace);
  }

  restore(namespace: string, dumps: readonly TableDump[]): void {
    this.useForWriting();
    restoreTables(this, namespace, dumps);
  }

  dropNamespace(namespace: string): void {
    this.useForWriting();
    const { file, catalog } = this.parts;
    for (const table of catalog.tables(namespace)) {
      for (const index of table.indexes.values()) removeIndex(this.parts, table, index);
      file.statement('DELETE FROM documents WHERE table_no = ?').run(table.tableNo);
      catalog.removeTable(table);
    }
    catalog.setSchema(namespace, null);
    catalog.forget(namespace);
    this.log.everything();
  }

  /** Nothing of this transaction may be used any more. Returns what it wrote, if anything. */
  end(): CommitWrites | undefined {
    if (this.#openSavepoints.length > 0 && !this.#isOver) {
      throw new StoreError('InvalidQuery', 'A nested transaction was left open.');
    }
    this.#isOver = true;
    this.reads.seal();
    return this.log.isEmpty ? undefined : this.log.toCommit();
  }

  /** As `end`, when its writes are to be undone by the caller. */
  abandon(): void {
    this.#isOver = true;
    this.reads.seal();
  }
}
