import type { Batch, BatchMark } from './batch';
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
import { DocumentRows, type DocumentNumbers, type StoredDocument } from './documents';
import { dumpTables, restoreTables, type TableDump } from './dump';
import type { Sink } from './layer';
import type { Layers } from './layers';
import { UsageMeter } from './limits';
import type { ReadContext } from './read-context';
import { ReadTracker } from './read-set';
import { applySchema, removeIndex } from './schema-apply';
import { Scope } from './scope';
import { SystemRows } from './system-rows';

export interface StoreParts {
  file: DatabaseFile;
  layers: Layers;
  catalog: Catalog;
  numbers: DocumentNumbers;
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
  #start: BatchMark;

  constructor(
    readonly parts: StoreParts,
    readonly ts: Ts,
    private readonly mode: 'read' | 'write',
    private readonly batch: Batch,
  ) {
    const { layers, numbers } = parts;
    const sink = () => this.sink;
    this.#start = batch.mark();
    this.rows = new DocumentRows(layers, this.log, sink, numbers);
    this.system = new SystemRows(layers, sink, {
      use: () => this.use(),
      useForWriting: () => this.useForWriting(),
      wrote: () => this.log.other(),
    });
  }

  get layers(): Layers {
    return this.parts.layers;
  }

  get sink(): Sink {
    return this.batch.sink;
  }

  /** For reading that the layers know nothing of: what came before is in the file from now on. */
  readFileItself(): void {
    if (this.batch.isInFile) return;
    if (this.#writes > 0 || this.#openSavepoints.length > 0) {
      throw new StoreError(
        'InvalidQuery',
        'Schemas, dumps and whole namespaces come first in a transaction, before other writes.',
      );
    }
    this.batch.saveAllBefore();
    this.#start = this.batch.mark();
  }

  /** For writing that the layers know nothing of. */
  #writeFileItself(): void {
    this.use();
    this.#refuseInQuery();
    if (this.batch.isInFile) return;
    this.readFileItself();
    this.batch.beginInFile();
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
    this.#refuseInQuery();
    this.#writes++;
  }

  #refuseInQuery(): void {
    if (this.mode === 'write') return;
    throw new StoreError('InvalidQuery', 'A query cannot write. Use a mutation.');
  }

  remember(row: StoredDocument): void {
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
    const logMark = this.log.mark();
    const undoUsage = this.meter.markWrites();
    const undoWrites = this.#markWrites(this.#openSavepoints.length);
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
      if (this.mode === 'read' || !undo) return;
      undoWrites();
      this.log.backTo(logMark);
      this.rows.forget();
      undoUsage();
      this.#writes++;
    };
    return { release: () => end(false), rollback: () => end(true) };
  }

  /** @param depth in the file, savepoints go by name; one of a name hides the older ones. */
  #markWrites(depth: number): () => void {
    if (this.mode === 'read') return () => {};
    const { batch } = this;
    if (!batch.isInFile) {
      const mark = batch.mark();
      return () => batch.backTo(mark);
    }
    const { file, catalog } = this.parts;
    const name = `nested_${depth}`;
    file.exec(`SAVEPOINT ${name}`);
    return () => {
      file.exec(`ROLLBACK TO ${name}`);
      catalog.reload();
    };
  }

  applySchema(namespace: string, schema: SchemaJson | null): SchemaChange {
    this.#writeFileItself();
    this.useForWriting();
    this.log.everything();
    const { file, catalog } = this.parts;
    const context = this.namespace(namespace);
    return applySchema({ file, catalog, namespace, context }, schema);
  }

  dump(namespace: string): TableDump[] {
    this.use();
    this.readFileItself();
    return dumpTables(this.parts.file, this.parts.catalog, namespace);
  }

  restore(namespace: string, dumps: readonly TableDump[]): void {
    this.#writeFileItself();
    this.useForWriting();
    restoreTables(this, namespace, dumps);
  }

  dropNamespace(namespace: string): void {
    this.#writeFileItself();
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

  /** As `end`, for what has not written. */
  abandon(): void {
    this.#isOver = true;
    this.reads.seal();
  }

  /** As `end`, and nothing of what it wrote is kept. In the file, the caller undoes it. */
  undo(): void {
    this.abandon();
    if (!this.batch.isInFile) this.batch.backTo(this.#start);
  }
}
