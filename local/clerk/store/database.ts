import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';

export type SqlValue = string | number | null;
export type Row = Record<string, SqlValue>;

/** The few operations used of libsql. Parameters always travel as one array. */
export interface Database {
  all(sql: string, params?: SqlValue[]): Row[];
  get(sql: string, params?: SqlValue[]): Row | null;
  run(sql: string, params?: SqlValue[]): number;
  exec(sql: string): void;
  /** Nested calls join the outer transaction. */
  transaction<R>(body: () => R): R;
  close(): void;
}

const databaseFile = 'clerk.sqlite';
const privateDirectory = 0o700;
const privateFile = 0o600;

/** Opens (or creates) the database of a data folder. */
export function openDatabase(dataDir: string): Database {
  mkdirSync(dataDir, { recursive: true, mode: privateDirectory });
  const file = join(dataDir, databaseFile);
  const db = wrap(new Libsql(file));
  chmodSync(file, privateFile);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA busy_timeout = 5000;
    PRAGMA cache_size = -65536;
    PRAGMA temp_store = MEMORY;
  `);
  return db;
}

function wrap(connection: Libsql.Database): Database {
  const statements = new Map<string, Libsql.Statement>();
  const prepared = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  let depth = 0;
  return {
    // libsql types rows as unknown; every statement of this folder names its columns.
    all: (sql, params = []) => prepared(sql).all(params) as Row[],
    get: (sql, params = []) => (prepared(sql).get(params) as Row | undefined) ?? null,
    run: (sql, params = []) => prepared(sql).run(params).changes,
    exec: (sql) => void connection.exec(sql),
    transaction(body) {
      if (depth > 0) return body();
      connection.exec('BEGIN IMMEDIATE');
      depth += 1;
      try {
        const result = body();
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        connection.exec('ROLLBACK');
        throw error;
      } finally {
        depth -= 1;
      }
    },
    close() {
      statements.clear();
      connection.close();
    },
  };
}
