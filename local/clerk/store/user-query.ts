import type { Database, SqlValue } from './database';
import type { UserEntity } from './types';

/** Ids to keep or to leave out, as `user_id=+a&user_id=-b` says. */
export interface IdSelection {
  include: string[];
  exclude: string[];
}

/** Everything by which Clerk filters users. Absent fields do not filter. */
export interface UserFilter {
  emailAddress?: string[];
  phoneNumber?: string[];
  username?: string[];
  userId?: IdSelection;
  externalId?: IdSelection;
  organizationId?: IdSelection;
  query?: string;
  emailAddressQuery?: string;
  phoneNumberQuery?: string;
  usernameQuery?: string;
  nameQuery?: string;
  banned?: boolean;
  createdAt?: Range;
  lastActiveAt?: Range;
  lastSignInAt?: Range;
  /** A filter on something nobody has here: web3 wallets, OAuth accounts. */
  nobody?: boolean;
}

/** Exclusive bounds, except `since`. */
export interface Range {
  before?: number;
  after?: number;
  since?: number;
}

export const userOrders = {
  created_at: 'createdAt',
  updated_at: 'updatedAt',
  email_address: 'primaryEmail',
  web3wallet: 'web3wallet',
  first_name: 'firstName',
  last_name: 'lastName',
  phone_number: 'primaryPhone',
  username: 'username',
  last_active_at: 'lastActiveAt',
  last_sign_in_at: 'lastSignInAt',
} as const;

export type UserOrder = keyof typeof userOrders;

export interface UserPage {
  orderBy: UserOrder;
  descending: boolean;
  limit: number;
  offset: number;
  /** Only with `created_at` order; the caller refuses the rest as Clerk does. */
  startingAfter?: { createdAt: number; id: string };
}

export interface UserQueries {
  /** One page of the matching users. Ties in the order are broken by the order of creation. */
  list(filter: UserFilter, page: UserPage): UserEntity[];
  count(filter: UserFilter): number;
}

export interface Clause {
  sql: string;
  params: SqlValue[];
}

export function createUserQueries(db: Database): UserQueries {
  return {
    list(filter, page) {
      const where = whereClause(filter);
      const cursor = cursorClause(page);
      const order = orderClause(page);
      const clauses = [where.sql, cursor?.sql].filter(Boolean).join(' AND ');
      const params = [...where.params, ...(cursor?.params ?? []), page.limit, page.offset];
      // Sorting and skipping touch only the narrow index; bodies are read for one page.
      const sql = `SELECT b.body FROM
          (SELECT u.seq FROM users u WHERE ${clauses} ORDER BY ${order('u')} LIMIT ? OFFSET ?) p
        JOIN users b ON b.seq = p.seq ORDER BY ${order('b')}`;
      return db.all(sql, params).map((row) => JSON.parse(String(row.body)) as UserEntity);
    },
    count(filter) {
      const where = whereClause(filter);
      const sql = `SELECT count(*) AS n FROM users u WHERE ${where.sql}`;
      return Number(db.get(sql, where.params)?.n ?? 0);
    },
  };
}

/** Empty values sort last going up and first going down, as in Postgres. */
function orderClause(page: UserPage): (alias: string) => string {
  const column = userOrders[page.orderBy];
  const direction = page.descending ? 'DESC' : 'ASC';
  return (alias) => {
    const tie = `${alias}.seq ${direction}`;
    if (column === 'web3wallet') return tie;
    const nulls = page.descending ? 'NULLS FIRST' : 'NULLS LAST';
    return `${alias}."${column}" ${direction} ${nulls}, ${tie}`;
  };
}

function cursorClause(page: UserPage): Clause | null {
  if (!page.startingAfter) return null;
  const { createdAt, id } = page.startingAfter;
  return {
    sql: `(u.createdAt, u.seq) ${page.descending ? '<' : '>'} (?, (SELECT seq FROM users WHERE id = ?))`,
    params: [createdAt, id],
  };
}

/** The filter as one SQL condition over `u`; `1` when nothing filters. */
export function whereClause(filter: UserFilter): Clause {
  const clauses: Clause[] = [
    ...(filter.nobody ? [{ sql: '0', params: [] }] : []),
    ...identifierClauses(filter),
    ...selectionClauses(filter),
    ...textClauses(filter),
    ...(filter.banned === undefined
      ? []
      : [{ sql: 'u.banned = ?', params: [filter.banned ? 1 : 0] }]),
    ...rangeClauses('createdAt', filter.createdAt),
    ...rangeClauses('lastActiveAt', filter.lastActiveAt),
    ...rangeClauses('lastSignInAt', filter.lastSignInAt),
  ];
  if (clauses.length === 0) return { sql: '1', params: [] };
  return {
    sql: clauses.map((clause) => `(${clause.sql})`).join(' AND '),
    params: clauses.flatMap((clause) => clause.params),
  };
}

function identifierClauses(filter: UserFilter): Clause[] {
  const owners = (kind: string, values: string[]): Clause => ({
    sql: `u.id IN (SELECT userId FROM identifiers WHERE kind = '${kind}' AND value IN (${marks(values)}))`,
    params: values,
  });
  return [
    ...(filter.emailAddress
      ? [
          owners(
            'email',
            filter.emailAddress.map((email) => email.toLowerCase()),
          ),
        ]
      : []),
    ...(filter.phoneNumber ? [owners('phone', filter.phoneNumber)] : []),
    ...(filter.username
      ? [{ sql: `u.username IN (${marks(filter.username)})`, params: filter.username }]
      : []),
  ];
}

function selectionClauses(filter: UserFilter): Clause[] {
  const member = (marksOfIds: string) =>
    `u.id IN (SELECT userId FROM memberships WHERE organizationId IN (${marksOfIds}))`;
  return [
    ...selected(filter.userId, (ids) => `u.id IN (${ids})`),
    ...selected(filter.externalId, (ids) => `coalesce(u.externalId, '') IN (${ids})`),
    ...selected(filter.organizationId, member),
  ];
}

export function selected(
  selection: IdSelection | undefined,
  test: (marksOfIds: string) => string,
): Clause[] {
  if (!selection) return [];
  const { include, exclude } = selection;
  return [
    ...(include.length > 0 ? [{ sql: test(marks(include)), params: include }] : []),
    ...(exclude.length > 0 ? [{ sql: `NOT (${test(marks(exclude))})`, params: exclude }] : []),
  ];
}

function textClauses(filter: UserFilter): Clause[] {
  const identifierHas = (kind: string, text: string): Clause => ({
    sql: `u.id IN (SELECT userId FROM identifiers WHERE kind = '${kind}' AND instr(value, ?))`,
    params: [text.toLowerCase()],
  });
  const fullName = `coalesce(u.firstName, '') || ' ' || coalesce(u.lastName, '')`;
  return [
    ...(filter.query ? [searchClause(filter.query)] : []),
    ...(filter.emailAddressQuery ? [identifierHas('email', filter.emailAddressQuery)] : []),
    ...(filter.phoneNumberQuery ? [identifierHas('phone', filter.phoneNumberQuery)] : []),
    ...(filter.usernameQuery ? [like('u.username', filter.usernameQuery)] : []),
    ...(filter.nameQuery ? [like(fullName, filter.nameQuery)] : []),
  ];
}

/** Both sides are in lower case; `instr` is several times faster than LIKE. */
function searchClause(text: string): Clause {
  return {
    sql: 'u.seq IN (SELECT seq FROM user_search WHERE instr(text, ?))',
    params: [text.toLowerCase()],
  };
}

export function like(expression: string, text: string): Clause {
  return { sql: `${expression} LIKE ? ESCAPE '\\'`, params: [likePattern(text)] };
}

function likePattern(text: string): string {
  return `%${text.toLowerCase().replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`;
}

function rangeClauses(column: string, range: Range = {}): Clause[] {
  return [
    ...(range.before === undefined ? [] : [{ sql: `u.${column} < ?`, params: [range.before] }]),
    ...(range.after === undefined ? [] : [{ sql: `u.${column} > ?`, params: [range.after] }]),
    ...(range.since === undefined ? [] : [{ sql: `u.${column} >= ?`, params: [range.since] }]),
  ];
}

export function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
