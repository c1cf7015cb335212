import type { Clock } from '../clock';
import {
  indexedFields,
  type ChangeOrigin,
  type ClerkReader,
  type ClerkStore,
  type ClerkTransaction,
  type FindOptions,
  type Where,
} from './clerk-store';
import type { Database, SqlValue } from './database';
import { createOrganizationQueries } from './organization-query';
import { indexUser, isSameIndex, unindexUser } from './user-index';
import { createUserQueries } from './user-query';
import { columnsOf, columnValues, createTables, toSql } from './table-specs';
import type { Entities, TableName, UserEntity } from './types';

/** What one transaction did to one entity: first state before, last state after. */
export type Change = {
  [T in TableName]: { table: T; id: string; before: Entities[T] | null; after: Entities[T] | null };
}[TableName];

export interface StoreOptions {
  db: Database;
  clock: Clock;
  /** Runs inside the transaction, after its writes; what it throws rolls everything back. */
  record: (changes: readonly Change[], reader: ClerkReader, origin: ChangeOrigin | null) => void;
  /** Runs after a transaction that changed something is durable. */
  committed: () => void;
}

export function createStore(options: StoreOptions): ClerkStore {
  const { db } = options;
  createTables(db);
  const reader = createReader(db);
  return {
    ...reader,
    transact(change, origin) {
      const log = new Map<string, Change>();
      const result = db.transaction(() => {
        const value = change(createTransaction(db, reader, options.clock, log));
        if (log.size > 0) options.record([...log.values()], reader, origin ?? null);
        return value;
      });
      if (log.size > 0) options.committed();
      return result;
    },
    close: () => db.close(),
  };
}

function createReader(db: Database): ClerkReader {
  const reader: ClerkReader = {
    get(table, id) {
      return parse(table, db.get(`SELECT body FROM "${table}" WHERE id = ?`, [id]));
    },
    find(table, where, options = {}) {
      const { sql, params } = selection(table, where);
      const { text, values } = ordering(table, options);
      return db
        .all(`SELECT body FROM "${table}" ${sql} ${text}`, [...params, ...values])
        .map((row) => JSON.parse(String(row.body)) as Entities[typeof table]);
    },
    first(table, where) {
      return reader.find(table, where, { limit: 1 })[0] ?? null;
    },
    count(table, where) {
      const { sql, params } = selection(table, where);
      return Number(db.get(`SELECT count(*) AS n FROM "${table}" ${sql}`, params)?.n ?? 0);
    },
    userByEmail(email) {
      const sql = `SELECT u.body FROM identifiers i JOIN users u ON u.id = i.userId
        WHERE i.kind = 'email' AND i.value = ?`;
      return parse('users', db.get(sql, [email.toLowerCase()]));
    },
    userByEmailId(emailId) {
      const sql = `SELECT u.body FROM identifiers i JOIN users u ON u.id = i.userId
        WHERE i.kind = 'emailId' AND i.value = ?`;
      return parse('users', db.get(sql, [emailId]));
    },
    users: createUserQueries(db),
    organizations: createOrganizationQueries(db),
  };
  return reader;
}

function createTransaction(
  db: Database,
  reader: ClerkReader,
  clock: Clock,
  log: Map<string, Change>,
): ClerkTransaction {
  const note = <T extends TableName>(
    table: T,
    id: string,
    before: Entities[T] | null,
    after: Entities[T] | null,
  ) => {
    const key = `${table}/${id}`;
    const known = log.get(key);
    // The union is correlated by `table`, which TypeScript cannot follow through a generic.
    log.set(key, { table, id, before: known ? known.before : before, after } as Change);
  };
  return {
    ...reader,
    insert(table, entity) {
      insertEntity(db, table, entity);
      note(table, entity.id, null, entity);
      return entity;
    },
    update(table, id, patch) {
      const before = reader.get(table, id);
      if (!before) throw new Error(`${table} has no ${id} to update`);
      const updatedAt = isQuiet(table, patch)
        ? before.updatedAt
        : Math.max(clock.now(), before.updatedAt + 1);
      const after = { ...before, updatedAt, ...patch, id };
      replaceEntity(db, table, before, after);
      note(table, id, before, after);
      return after;
    },
    remove(table, id) {
      const before = reader.get(table, id);
      if (!before) return;
      if (table === 'users') unindexUser(db, id);
      db.run(`DELETE FROM "${table}" WHERE id = ?`, [id]);
      note(table, id, before, null);
    },
  };
}

/** Changes that Clerk does not count as an update: no new `updated_at`, no webhook. */
export const quietFields: Partial<Record<TableName, readonly string[]>> = {
  users: ['lastActiveAt', 'failedAttempts'],
};

function isQuiet(table: TableName, patch: object): boolean {
  const quiet = quietFields[table];
  const names = Object.keys(patch);
  return quiet !== undefined && names.length > 0 && names.every((name) => quiet.includes(name));
}

/** Writes an entity without recording a change: for `transact` and for bulk loads. */
export function insertEntity<T extends TableName>(
  db: Database,
  table: T,
  entity: Entities[T],
): void {
  const columns = columnsOf(table);
  const names = columns.map((column) => `"${column}"`).join(', ');
  db.run(
    `INSERT INTO "${table}" (id, body, ${names}) VALUES (?, ?${', ?'.repeat(columns.length)})`,
    [entity.id, JSON.stringify(entity), ...columnValues(table, entity)],
  );
  if (table === 'users') indexUser(db, entity as UserEntity);
}

function replaceEntity<T extends TableName>(
  db: Database,
  table: T,
  before: Entities[T],
  after: Entities[T],
): void {
  const assignments = columnsOf(table).map((column) => `"${column}" = ?`);
  const reindex = table === 'users' && !isSameIndex(before as UserEntity, after as UserEntity);
  if (reindex) unindexUser(db, after.id);
  db.run(`UPDATE "${table}" SET body = ?, ${assignments.join(', ')} WHERE id = ?`, [
    JSON.stringify(after),
    ...columnValues(table, after),
    after.id,
  ]);
  if (reindex) indexUser(db, after as UserEntity);
}

function parse<T extends TableName>(
  _table: T,
  row: { body?: SqlValue } | null,
): Entities[T] | null {
  return row ? (JSON.parse(String(row.body)) as Entities[T]) : null;
}

function selection<T extends TableName>(
  table: T,
  where: Where<T>,
): { sql: string; params: SqlValue[] } {
  const allowed: readonly string[] = indexedFields[table];
  const clauses: string[] = [];
  const params: SqlValue[] = [];
  for (const [field, wanted] of Object.entries(where)) {
    if (!allowed.includes(field)) throw new Error(`${table} is not indexed by ${field}`);
    if (wanted === undefined) continue;
    const values = (Array.isArray(wanted) ? wanted : [wanted]).map(toSql);
    clauses.push(
      values.length === 1 && values[0] === null
        ? `"${field}" IS NULL`
        : `"${field}" IN (${values.map(() => '?').join(', ')})`,
    );
    if (!(values.length === 1 && values[0] === null)) params.push(...values);
  }
  return { sql: clauses.length > 0 ? `WHERE ${clauses.join(' AND ')}` : '', params };
}

function ordering<T extends TableName>(
  table: T,
  options: FindOptions<T>,
): { text: string; values: SqlValue[] } {
  const field: string = options.orderBy ?? 'createdAt';
  const allowed: readonly string[] = indexedFields[table];
  if (!allowed.includes(field)) throw new Error(`${table} is not indexed by ${field}`);
  const down = options.direction === 'descending';
  const order = down ? 'DESC' : 'ASC';
  return {
    text: `ORDER BY "${field}" ${order}, seq ${order} LIMIT ? OFFSET ?`,
    values: [options.limit ?? -1, options.offset ?? 0],
  };
}
