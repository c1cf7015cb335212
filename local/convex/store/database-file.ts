import { isUtf8 } from 'node:buffer';
import { mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { StoreError } from './contract';

export const fileName = 'convex.sqlite';

/** Raised with every change of the tables below; an older file is migrated, a newer one refused. */
export const formatVersion = 2;
/** "RCVX": tells our file from any other SQLite file. */
const applicationId = 0x52435658;

/**
 * - `documents.doc` numbers documents inside the file; index entries point at it.
 * - `index_entries.key` ends in `_creationTime`, which is unique, so keys are unique per index.
 * - numbers of tables and indexes are never used twice: read sets hold them.
 */
const tables = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE schemas (namespace TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE tables (
    table_no INTEGER PRIMARY KEY AUTOINCREMENT, namespace TEXT NOT NULL, name TEXT NOT NULL,
    number INTEGER NOT NULL, UNIQUE (namespace, name), UNIQUE (namespace, number));
  CREATE TABLE indexes (
    index_no INTEGER PRIMARY KEY AUTOINCREMENT, table_no INTEGER NOT NULL, name TEXT NOT NULL,
    definition TEXT NOT NULL, UNIQUE (table_no, name));
  CREATE TABLE documents (
    doc INTEGER PRIMARY KEY, table_no INTEGER NOT NULL, id TEXT NOT NULL, size INTEGER NOT NULL,
    body TEXT NOT NULL);
  CREATE UNIQUE INDEX documents_by_id ON documents (table_no, id);
  CREATE TABLE index_entries (
    index_no INTEGER NOT NULL, key BLOB NOT NULL, doc INTEGER NOT NULL,
    PRIMARY KEY (index_no, key)) WITHOUT ROWID;
  CREATE TABLE system_rows (
    bucket TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (bucket, key)) WITHOUT ROWID;
`;

export type Bindable = string | number | Uint8Array | null;
export type Row = readonly unknown[];

export interface Statement {
  run(...parameters: Bindable[]): { changes: number; lastInsertRowid: number };
  get(...parameters: Bindable[]): Row | undefined;
  all(...parameters: Bindable[]): Row[];
}

/**
 * Who has the file open: one connection alone, or one that reads and, in another thread, one that
 * writes (`writer-thread.ts`). The reader writes, too, while the writer rests.
 */
export type Role = 'alone' | 'reader' | 'writer';

/**
 * The SQLite file: in one process at a time, every commit on disk before it returns. Statements are
 * prepared once per text and rows come as arrays.
 *
 * Parameters always go to libsql as one array: a single bare Buffer aborts the process.
 */
export class DatabaseFile {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Statement>();
  #failure: StoreError | undefined;
  /** The newest failure of all, for explaining why SQLite has undone a transaction by itself. */
  lastFailure: StoreError | undefined;
  /** Of the file as it was found; older ones are brought up by `bringUpToDate`. */
  readonly foundVersion: number;

  readonly #path: string;
  readonly #lock: Database.Database | undefined;
  #logIndex: number | undefined;

  constructor(
    folder: string,
    private readonly role: Role = 'alone',
  ) {
    const path = join(folder, fileName);
    this.#path = path;
    let db: Database.Database | undefined;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (role === 'reader') this.#lock = takeLock(join(folder, lockName));
      db = new Database(path);
      this.#db = db;
      this.foundVersion = prepareFile(db, role);
    } catch (error) {
      if (error instanceof StoreError && db) release(db, role);
      else db?.close();
      this.#lock?.close();
      throw explainOpenError(error, path);
    }
  }

  statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const prepared = this.#guarded(() => this.#db.prepare(sql));
    const isReader = /^\s*(SELECT|PRAGMA)/i.test(sql) || /\bRETURNING\b/i.test(sql);
    if (isReader) prepared.raw(true);
    const statement: Statement = {
      run: (...parameters) => {
        const info = this.#guarded(() => prepared.run(parameters));
        return { changes: info.changes, lastInsertRowid: Number(info.lastInsertRowid) };
      },
      get: (...parameters) => this.#guarded(() => prepared.get(parameters) as Row | undefined),
      all: (...parameters) => this.#guarded(() => prepared.all(parameters) as Row[]),
    };
    this.#statements.set(sql, statement);
    return statement;
  }

  /** For statements that have no result and are run rarely: they are parsed each time. */
  exec(sql: string): void {
    this.#guarded(() => this.#db.exec(sql));
  }

  /**
   * The failure that everything since is refused with; then things go on. A function may catch what
   * its database call rejects with, but a change is several statements, and on a full disk SQLite
   * undoes the whole transaction by itself: what came after it would be saved alone.
   */
  takeFailure(): StoreError | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  /**
   * The text of a column that was read as a BLOB: libsql ends the whole process when a TEXT is no
   * UTF-8 any more, as in a damaged file. So whatever holds text is selected with `CAST`.
   */
  text(column: unknown): string {
    // Every caller casts.
    const bytes = column as Buffer;
    if (isUtf8(bytes)) return bytes.toString();
    this.#failure = damaged(new Error('a text in it is not UTF-8'), this.#path);
    throw this.#failure;
  }

  #guarded<T>(work: () => T): T {
    if (this.#failure) throw this.#failure;
    try {
      return work();
    } catch (error) {
      this.#failure = explainUseError(error, this.#path);
      this.lastFailure = this.#failure;
      throw this.#failure;
    }
  }

  /**
   * Copies the log back into the file once it is long; for a moment at which nobody waits. The
   * length is the frame counter in the header of SQLite's wal-index (its format is documented):
   * nothing else tells it without copying.
   */
  copyLogBack(): void {
    this.#logIndex ??= openSync(`${this.#path}-shm`, 'r');
    const counter = new Uint32Array(1);
    readSync(this.#logIndex, counter, 0, 4, 16);
    if ((counter[0] ?? 0) > logPagesMax) this.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  get inTransaction(): boolean {
    return this.#db.inTransaction;
  }

  /**
   * Gives the lock back by hand: libsql keeps the connection open until the last prepared
   * statement is garbage. Leaving WAL mode first is what lets SQLite leave exclusive mode, and
   * leaves one file behind.
   */
  close(): void {
    this.#statements.clear();
    try {
      release(this.#db, this.role);
      this.#lock?.close();
    } catch (error) {
      throw explainUseError(error, this.#path);
    }
  }
}

function release(db: Database.Database, role: Role): void {
  if (db.inTransaction) db.exec('ROLLBACK');
  if (role !== 'writer') {
    db.exec('PRAGMA journal_mode = DELETE');
    db.exec('PRAGMA locking_mode = NORMAL');
    db.prepare('SELECT count(*) FROM sqlite_master').all([]);
  }
  db.close();
}

/** 16 MB of log instead of 4: pages that many transactions touch are copied back less often. */
const logPagesMax = 4096;

/** Two connections cannot have the file itself to themselves: they have this one. */
const lockName = 'convex.lock';

/** Held until it is closed, and no longer than the process lives. */
function takeLock(path: string): Database.Database {
  const db = new Database(path);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Returns the version of the format that the file has. */
function prepareFile(db: Database.Database, role: Role): number {
  // The lock of exclusive mode lasts until close and dies with the process, also on kill -9.
  if (role === 'alone') db.exec('PRAGMA locking_mode = EXCLUSIVE');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec('PRAGMA cache_size = -65536');
  // The writer does it between its transactions: `copyLogBack`.
  db.exec(`PRAGMA wal_autocheckpoint = ${role === 'writer' ? 0 : logPagesMax}`);
  if (role === 'writer') return formatVersion;
  db.exec('BEGIN EXCLUSIVE');
  const found = pragma(db, 'application_id');
  const version = pragma(db, 'user_version');
  if (found === 0 && version === 0 && countObjects(db) === 0) {
    db.exec(tables);
    db.exec(`PRAGMA application_id = ${applicationId}`);
    db.exec(`PRAGMA user_version = ${formatVersion}`);
  } else if (found !== applicationId) {
    throw new StoreError('FileDamaged', 'it is a SQLite file, but not one of this runtime');
  } else if (version > formatVersion) {
    throw new StoreError(
      'FileTooNew',
      `its format is ${version}, this version knows ${formatVersion}`,
    );
  }
  db.exec('COMMIT');
  return found === 0 ? formatVersion : version;
}

function pragma(db: Database.Database, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).raw(true).get([]) as [number];
  return row[0];
}

function countObjects(db: Database.Database): number {
  const row = db.prepare('SELECT count(*) FROM sqlite_master').raw(true).get([]) as [number];
  return row[0];
}

const sqliteBusy = 5;
const sqliteCorrupt = 11;
const sqliteFull = 13;
/** Rows and their numbers are the store's own: two of one can only have been made by damage. */
const sqliteConstraint = 19;
const sqliteNotADatabase = 26;

function explainOpenError(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) {
    const wayOut =
      error.code === 'FileTooNew'
        ? 'Use the newer version, or another data folder.'
        : 'Restore it from a copy, or use another data folder.';
    return new StoreError(error.code, `Cannot open ${path}: ${error.message}. ${wayOut}`);
  }
  const code = primaryCode(error);
  if (code === sqliteBusy) {
    return new StoreError(
      'FolderInUse',
      `The data in ${path} is in use by another process. Stop it, or use another data folder.`,
      { cause: error },
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  if (code === sqliteCorrupt || code === sqliteNotADatabase) return damaged(error, path);
  return new StoreError(
    'FolderUnusable',
    `Cannot use ${path}: ${reason}. Make the data folder writable, or use another one.`,
    { cause: error },
  );
}

/** What went wrong with a file that could be opened. */
function explainUseError(error: unknown, path: string): StoreError {
  const code = primaryCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (code === sqliteFull) {
    return new StoreError(
      'DiskFull',
      `Nothing was saved: there is no room for ${path} any more (${reason}). All that was saved before is there. ` +
        'Free some space; the runtime goes on by itself.',
      { cause: error },
    );
  }
  const isDamage = [sqliteCorrupt, sqliteNotADatabase, sqliteConstraint].includes(code ?? 0);
  if (isDamage) return damaged(error, path);
  return new StoreError(
    'CommitFailed',
    `Nothing was saved: ${path} could not be used (${reason}). Check the disk that holds the data folder.`,
    { cause: error },
  );
}

export function damaged(error: unknown, path: string): StoreError {
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError(
    'FileDamaged',
    `${path} is damaged (${reason}). Stop the runtime, put a copy of the folder aside, and restore the last backup; ` +
      'or move the file away to start empty.',
    { cause: error },
  );
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('rawCode' in error)) return undefined;
  return typeof error.rawCode === 'number' ? error.rawCode & 0xff : undefined;
}
