import { indexedFields } from './clerk-store';
import type { Database, SqlValue } from './database';
import type { Entities, TableName, UserEntity } from './types';

type Derive<E> = (entity: E) => SqlValue;

/** Columns that are computed from an entity, beside its indexed fields. */
export const derivedUserColumns = {
  primaryEmail: (user) => primaryEmailOf(user)?.toLowerCase() ?? null,
  primaryPhone: (user) =>
    user.phones.find((phone) => phone.id === user.primaryPhoneId)?.phoneNumber ?? null,
} as const satisfies Record<string, Derive<UserEntity>>;

/** What `query` looks through: ids, names, addresses, in lower case, one per line. */
export function searchTextOf(user: UserEntity): string {
  return [
    user.id,
    user.externalId,
    user.username,
    [user.firstName, user.lastName].filter(Boolean).join(' '),
    ...user.emails.map((email) => email.emailAddress),
    ...user.phones.map((phone) => phone.phoneNumber),
  ]
    .filter(Boolean)
    .join('\n')
    .toLowerCase();
}

export function primaryEmailOf(user: UserEntity): string | null {
  return user.emails.find((email) => email.id === user.primaryEmailId)?.emailAddress ?? null;
}

export const tableNames = Object.keys(indexedFields) as TableName[];

/** People are sorted by name as people read names: without regard to case. */
const caseless = new Set(['firstName', 'lastName', 'username', 'name']);
const uniqueFields: Partial<Record<TableName, readonly string[]>> = {
  users: ['externalId', 'username'],
  organizations: ['slug'],
};

export function columnsOf(table: TableName): readonly string[] {
  return table === 'users'
    ? [...indexedFields.users, ...Object.keys(derivedUserColumns)]
    : indexedFields[table];
}

export function columnValues<T extends TableName>(table: T, entity: Entities[T]): SqlValue[] {
  const values = indexedFields[table].map((field) =>
    toSql((entity as unknown as Record<string, unknown>)[field]),
  );
  if (table !== 'users') return values;
  const user = entity as UserEntity;
  return [...values, ...Object.values(derivedUserColumns).map((derive) => derive(user))];
}

export function toSql(value: unknown): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return null;
}

export function createTables(db: Database): void {
  for (const table of tableNames) {
    const columns = columnsOf(table).map((column) =>
      caseless.has(column) ? `"${column}" COLLATE NOCASE` : `"${column}"`,
    );
    db.exec(
      `CREATE TABLE IF NOT EXISTS "${table}" (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
        ${columns.join(', ')}
      )`,
    );
  }
  // The text that `query` looks through lies apart from the users, so that a scan stays small.
  db.exec(`
    CREATE TABLE IF NOT EXISTS identifiers (kind TEXT NOT NULL, value TEXT NOT NULL, userId TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS user_search (seq INTEGER PRIMARY KEY, text TEXT NOT NULL);
  `);
  createIndexes(db);
}

/** Separate from the tables: loading many people is faster without, and building them after. */
export function createIndexes(db: Database): void {
  for (const [name, sql] of indexStatements()) db.exec(`CREATE ${sql(name)}`);
}

export function dropUserIndexes(db: Database): void {
  for (const [name] of indexStatements()) {
    if (/^(users|identifiers)_/.test(name)) db.exec(`DROP INDEX IF EXISTS "${name}"`);
  }
}

type IndexStatement = [name: string, sql: (name: string) => string];

/** The unique index over identifiers is what makes two owners of one address impossible. */
const identifierIndexes: readonly IndexStatement[] = [
  [
    'identifiers_value',
    (name) => `UNIQUE INDEX IF NOT EXISTS ${name} ON identifiers (kind, value)`,
  ],
  ['identifiers_userId', (name) => `INDEX IF NOT EXISTS ${name} ON identifiers (userId)`],
];

function indexStatements(): IndexStatement[] {
  const ofTables = tableNames.flatMap((table) =>
    columnsOf(table).map((column): IndexStatement => {
      const unique = uniqueFields[table]?.includes(column) ? 'UNIQUE ' : '';
      return [
        `${table}_${column}`,
        (name) => `${unique}INDEX IF NOT EXISTS "${name}" ON "${table}" ("${column}")`,
      ];
    }),
  );
  return [...ofTables, ...identifierIndexes];
}
