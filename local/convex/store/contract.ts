/**
 * What the rest of the runtime may ask of the store.
 *
 * Model: one writer, strictly serial. `read` and `write` queue their body; each body runs to its
 * end before the next starts. Everything inside a transaction is synchronous; a body may be
 * async only because user code is. Writes of several queued bodies share one durable SQLite
 * commit (group commit): every promise settles only once all that its body could have seen is on
 * disk, and a commit that fails rejects all of them.
 *
 * Documents cross this boundary as compact Convex-JSON **text** with sorted keys, `_id` and
 * `_creationTime` included: it is what is stored and what a syscall returns, so nobody parses a
 * document only to print it again.
 */
import type { BatchWriter } from './batch-writer';
import type { DatabaseFile } from './database-file';
import type { TableDump } from './dump';
import type { SearchEntry } from './search-words';
import type { Json, JsonObject } from '../values/value';

/** Nanoseconds, strictly increasing, also across restarts. */
export type Ts = bigint;

/** A document as Convex-JSON text; `JSON.parse` gives the Convex-JSON. */
export type DocumentText = string;

export interface StoreOptions {
  /** Folder that holds `convex.sqlite`; made when absent. One process at a time. */
  folder: string;
  /** Unix ms. Default `Date.now`. Time going backwards is tolerated: stamps still increase. */
  nowMs?: () => number;
  /** How long a body may wait for something else than the store; then it fails. Default 30,000. */
  bodyMsMax?: number;
  /** For tests that let the file fail; it is written to in this thread. */
  openFile?: (folder: string) => DatabaseFile;
  /** For tests: what brings transactions to the disk, or does not. */
  openWriter?: (file: DatabaseFile) => BatchWriter;
  /** Program of the thread that writes (`writer-thread.ts`); without it, this thread does. */
  writerProgram?: URL | undefined;
  /**
   * Nobody else is about to be served: then a small transaction is saved in this thread, which
   * saves it the way to the other one and back. Default: never.
   */
  isQuiet?: (() => boolean) | undefined;
  /** Goes around several repeatable bodies that run one after the other. */
  frame?: Frame;
}

/**
 * Calls `work` at once. It may cut it off in the middle and return; what `work` had done is then
 * undone, and its bodies run again one by one without a frame.
 */
export type Frame = (work: () => void) => void;

export interface BodyOptions {
  /** May be cut off in the middle and run again from the start. */
  isRepeatable?: boolean;
}

export interface WriteOptions<T> extends BodyOptions {
  /**
   * Told what the transaction has come to once nothing but the disk can undo it any more; every
   * later transaction sees it. Never told of one that failed.
   */
  onRan?: (outcome: WriteOutcome<T>) => void;
  /** Told when the disk has refused it after all: at once, before any later transaction runs. */
  onLost?: (why: Error) => void;
}

export interface Store {
  read<T>(
    body: (tx: ReadTransaction) => T | Promise<T>,
    options?: BodyOptions,
  ): Promise<ReadOutcome<T>>;
  /** A body that throws leaves no trace; the promise rejects with what it threw. */
  write<T>(
    body: (tx: WriteTransaction) => T | Promise<T>,
    options?: WriteOptions<T>,
  ): Promise<WriteOutcome<T>>;
  /** The newest durable commit. */
  currentTs(): Ts;
  /**
   * Called once per transaction that wrote something, in commit order, once durable, and after
   * the promises of its batch have settled (in a later macrotask): who awaits `read` can note its
   * read set before hearing of any commit newer than that read's `ts`. Returns undo.
   */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Commits newer than `ts`, oldest first; `undefined` when they are no longer all held. */
  commitsAfter(ts: Ts): Commit[] | undefined;
  /** Runs what is queued, commits, closes. Later calls are refused. */
  close(): Promise<void>;
}

export interface ReadOutcome<T> {
  value: T;
  /** The snapshot that was read: all commits up to it, none after. */
  ts: Ts;
  reads: ReadSet;
}

export interface WriteOutcome<T> {
  value: T;
  /** The commit's timestamp; the snapshot it ran at when it wrote nothing. */
  ts: Ts;
  wrote: boolean;
}

/** One committed transaction. `writes` belongs to the store. */
export interface Commit {
  ts: Ts;
  writes: CommitWrites;
}

/** The index keys that a commit touched (before and after): what read sets are tested against. */
export interface CommitWrites {
  /** Internal index number -> keys, each byte a Latin-1 character. */
  readonly keys: ReadonlyMap<number, readonly string[]>;
  /** Internal number of a search index -> changed entries, as they were and as they are. */
  readonly searches: ReadonlyMap<number, readonly SearchEntry[]>;
  /** `namespace NUL table` of every table written. */
  readonly tables: ReadonlySet<string>;
  readonly documents: ReadonlySet<string>;
  /** A schema was applied: every read set overlaps. */
  readonly everything: boolean;
}

export interface ReadSet {
  /** True when the commit may have changed what was read. Never false when it did. */
  overlaps(commit: { writes: unknown }): boolean;
}

export interface ReadTransaction {
  /** Snapshot: the newest state this transaction started from. */
  readonly ts: Ts;
  readonly reads: ReadSet;
  readonly usage: Usage;
  /** Component path, `''` for the app. `system: true` also lets system tables be written. */
  namespace(path: string, options?: { system?: boolean }): ReadScope;
  /** Namespaces that hold tables. */
  namespaces(): string[];
  readonly system: SystemReader;
  /** All user tables of a namespace with all their documents; no limits, no part of the read set. */
  dump(namespace: string): TableDump[];
}

export interface WriteTransaction extends ReadTransaction {
  namespace(path: string, options?: { system?: boolean }): WriteScope;
  readonly system: SystemWriter;
  /** Opens a nested transaction (strictly nested; end the innermost first). */
  savepoint(): Savepoint;
  /**
   * Validates existing documents, backfills new indexes, drops removed ones and makes the schema
   * the live one, all in this transaction. `null` is "no schema". Throws `SchemaMismatch` or `InvalidSchema`, which
   * names table, id and field path, and then nothing of it may be kept: roll back or throw on.
   */
  applySchema(namespace: string, schema: SchemaJson | null): SchemaChange;
  /** Replaces all user tables of a namespace by a dump's, ids and creation times included. */
  restore(namespace: string, dumps: readonly TableDump[]): void;
  /** Removes every table, document and index of a namespace (an unmounted component). */
  dropNamespace(namespace: string): void;
}

export interface Savepoint {
  /** Keeps what happened since. */
  release(): void;
  /** Undoes what was written since; what was read stays in the read set. */
  rollback(): void;
}

/** Counted across nested calls of one transaction; exceeding a limit throws `LimitExceeded`. */
export interface Usage {
  documentsRead: number;
  bytesRead: number;
  rangesRead: number;
  documentsWritten: number;
  bytesWritten: number;
}

export interface ReadScope {
  readonly path: string;
  /** Table names, system tables included when the scope is a system one. */
  tables(): string[];
  /**
   * @param table when given, an id of another table is an `InvalidId` error.
   * @param isSystem `ctx.db.system`: ids of user tables are refused, and the other way round.
   */
  get(id: string, options?: { table?: string; isSystem?: boolean }): DocumentText | null;
  /** The id when it is well-formed and of that table, else null. */
  normalizeId(table: string, id: string): string | null;
  /** The table an id belongs to in this namespace, else null. */
  tableOfId(id: string): string | null;
  /** `query` as the `1.0/queryStream` syscall carries it. */
  queryStream(query: QueryJson): QueryStream;
  /** `1.0/queryPage`. */
  queryPage(request: PageRequest): PageResult;
  /** `1.0/count`. */
  count(table: string): number;
  /** Checks the documents against a schema without changing anything; throws `SchemaMismatch`. */
  validateSchema(schema: SchemaJson | null): void;
  /** The live schema. */
  schema(): SchemaJson | null;
}

export interface WriteScope extends ReadScope {
  /** Convex-JSON object without system fields. Returns the id. */
  insert(table: string, value: Json): string;
  /** `1.0/shallowMerge`: `{$undefined: null}` removes a field. Returns the new document. */
  patch(id: string, value: Json, table?: string): DocumentText;
  replace(id: string, value: Json, table?: string): DocumentText;
  /** Returns the removed document. */
  delete(id: string, table?: string): DocumentText;
}

export interface QueryStream {
  /** The next document, or null when done. Sees this transaction's own later writes. */
  next(): DocumentText | null;
  close(): void;
}

export type IndexBoundType = 'Eq' | 'Gt' | 'Gte' | 'Lt' | 'Lte';
export type Order = 'asc' | 'desc';

export type QuerySource =
  | { type: 'FullTableScan'; tableName: string; order: Order | null }
  | {
      type: 'IndexRange';
      /** `table.index`. */
      indexName: string;
      range: readonly { type: IndexBoundType; fieldPath: string; value: Json }[];
      order: Order | null;
    }
  | {
      type: 'Search';
      indexName: string;
      filters: readonly { type: 'Search' | 'Eq'; fieldPath: string; value: Json }[];
    };

export type QueryOperator = { filter: Json } | { limit: number };

export interface QueryJson {
  source: QuerySource;
  operators: readonly QueryOperator[];
}

export interface PageRequest {
  query: QueryJson;
  cursor: string | null;
  endCursor?: string | null;
  pageSize: number;
  maximumRowsRead?: number | null;
  maximumBytesRead?: number | null;
}

export interface PageResult {
  page: DocumentText[];
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  pageStatus: 'SplitRecommended' | 'SplitRequired' | null;
}

/**
 * Ordered key/value rows for the runtime's own state (jobs' due queue, env, modules, outcomes of
 * mutations, cron state). Same file, same transactions; no limits, not part of read sets.
 * Keys sort by their UTF-8 bytes.
 */
export interface SystemReader {
  get(bucket: string, key: string): Json | undefined;
  scan(bucket: string, range?: SystemRange): { key: string; value: Json }[];
}

export interface SystemRange {
  /** Inclusive. */
  from?: string;
  /** Exclusive. */
  to?: string;
  prefix?: string;
  limit?: number;
  reverse?: boolean;
}

export interface SystemWriter extends SystemReader {
  set(bucket: string, key: string, value: Json): void;
  delete(bucket: string, key: string): void;
  /** Removes all keys of a bucket, or those in the range. Returns how many. */
  clear(bucket: string, range?: Omit<SystemRange, 'limit' | 'reverse'>): number;
}

/** The parsed text of `schema.export()`. */
export interface SchemaJson {
  tables: TableSchemaJson[];
  schemaValidation: boolean;
}

export interface TableSchemaJson {
  tableName: string;
  indexes: IndexJson[];
  stagedDbIndexes?: IndexJson[];
  searchIndexes?: SearchIndexJson[];
  stagedSearchIndexes?: SearchIndexJson[];
  vectorIndexes?: JsonObject[];
  stagedVectorIndexes?: JsonObject[];
  /** A validator as `validator.json` gives it. */
  documentType?: Json;
  stagedDocumentType?: Json;
}

export interface IndexJson {
  indexDescriptor: string;
  fields: string[];
}

export interface SearchIndexJson {
  indexDescriptor: string;
  searchField: string;
  filterFields: string[];
}

/** What applying a schema did, for the deploy answer. Names are `table.index`. */
export interface SchemaChange {
  addedIndexes: string[];
  removedIndexes: string[];
  addedTables: string[];
}

export type StoreErrorCode =
  | 'InvalidCursor'
  | 'InvalidId'
  | 'InvalidQuery'
  | 'InvalidValue'
  | 'InvalidTable'
  | 'DocumentNotFound'
  | 'IndexNotFound'
  | 'SchemaMismatch'
  | 'InvalidSchema'
  | 'LimitExceeded'
  | 'TransactionClosed'
  | 'TransactionStalled'
  | 'StoreClosed'
  | 'FolderInUse'
  | 'FolderUnusable'
  | 'FileDamaged'
  | 'FileTooNew'
  | 'DiskFull'
  | 'CommitFailed';

/** Every refusal of the store. The message is fit for the developer and names the way out. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
