import type { Database, SqlValue } from './database';
import type { MembershipEntity, OrganizationEntity, UserEntity } from './types';
import {
  like,
  marks,
  selected,
  whereClause,
  type Clause,
  type IdSelection,
  type UserFilter,
} from './user-query';

export interface OrganizationFilter {
  query?: string;
  userId?: IdSelection;
  organizationId?: IdSelection;
}

export interface Paging<Order extends string> {
  orderBy: Order;
  descending: boolean;
  limit: number;
  offset: number;
}

export const organizationOrders = {
  name: 'o.name',
  created_at: 'o.createdAt',
  members_count: '(SELECT count(*) FROM memberships m WHERE m.organizationId = o.id)',
} as const;

export const membershipOrders = {
  created_at: 'm.createdAt',
  email_address: 'u.primaryEmail',
  phone_number: 'u.primaryPhone',
  first_name: 'u.firstName',
  last_name: 'u.lastName',
  username: 'u.username',
} as const;

export interface MembershipFilter {
  organizationId?: string;
  role?: string[];
  user?: UserFilter;
}

/** A membership with the two things its resource embeds. */
export interface JoinedMembership {
  membership: MembershipEntity;
  organization: OrganizationEntity;
  user: UserEntity;
}

export interface OrganizationQueries {
  list(
    filter: OrganizationFilter,
    page: Paging<keyof typeof organizationOrders>,
  ): OrganizationEntity[];
  count(filter: OrganizationFilter): number;
  memberships(
    filter: MembershipFilter,
    page: Paging<keyof typeof membershipOrders>,
  ): JoinedMembership[];
  countMemberships(filter: MembershipFilter): number;
}

const joined = `memberships m JOIN users u ON u.id = m.userId
  JOIN organizations o ON o.id = m.organizationId`;

export function createOrganizationQueries(db: Database): OrganizationQueries {
  return {
    list(filter, page) {
      const where = organizationClause(filter);
      const order = orderBy(organizationOrders[page.orderBy], page.descending, 'o');
      const sql = `SELECT o.body FROM organizations o WHERE ${where.sql} ORDER BY ${order} LIMIT ? OFFSET ?`;
      return db
        .all(sql, [...where.params, page.limit, page.offset])
        .map((row) => JSON.parse(String(row.body)) as OrganizationEntity);
    },
    count(filter) {
      const where = organizationClause(filter);
      return total(db, `organizations o WHERE ${where.sql}`, where.params);
    },
    memberships(filter, page) {
      const where = membershipClause(filter);
      const order = orderBy(membershipOrders[page.orderBy], page.descending, 'm');
      const sql = `SELECT m.body AS membership, o.body AS organization, u.body AS person
        FROM ${joined} WHERE ${where.sql} ORDER BY ${order} LIMIT ? OFFSET ?`;
      return db.all(sql, [...where.params, page.limit, page.offset]).map((row) => ({
        membership: JSON.parse(String(row.membership)) as MembershipEntity,
        organization: JSON.parse(String(row.organization)) as OrganizationEntity,
        user: JSON.parse(String(row.person)) as UserEntity,
      }));
    },
    countMemberships(filter) {
      const where = membershipClause(filter);
      return total(db, `${joined} WHERE ${where.sql}`, where.params);
    },
  };
}

function total(db: Database, source: string, params: SqlValue[]): number {
  return Number(db.get(`SELECT count(*) AS n FROM ${source}`, params)?.n ?? 0);
}

function orderBy(expression: string, descending: boolean, tie: string): string {
  const direction = descending ? 'DESC NULLS FIRST' : 'ASC NULLS LAST';
  return `${expression} ${direction}, ${tie}.seq ${descending ? 'DESC' : 'ASC'}`;
}

function organizationClause(filter: OrganizationFilter): Clause {
  const hasMember = (ids: string) =>
    `o.id IN (SELECT organizationId FROM memberships WHERE userId IN (${ids}))`;
  return all([
    ...(filter.query ? [nameClause(filter.query)] : []),
    ...selected(filter.userId, hasMember),
    ...selected(filter.organizationId, (ids) => `o.id IN (${ids})`),
  ]);
}

/** The whole id, or a part of name or slug. */
function nameClause(query: string): Clause {
  const name = like('o.name', query);
  const slug = like('o.slug', query);
  return {
    sql: `o.id = ? OR ${name.sql} OR ${slug.sql}`,
    params: [query, ...name.params, ...slug.params],
  };
}

function membershipClause(filter: MembershipFilter): Clause {
  return all([
    ...(filter.organizationId
      ? [{ sql: 'm.organizationId = ?', params: [filter.organizationId] }]
      : []),
    ...(filter.role ? [{ sql: `m.role IN (${marks(filter.role)})`, params: filter.role }] : []),
    whereClause(filter.user ?? {}),
  ]);
}

function all(clauses: Clause[]): Clause {
  if (clauses.length === 0) return { sql: '1', params: [] };
  return {
    sql: clauses.map((clause) => `(${clause.sql})`).join(' AND '),
    params: clauses.flatMap((clause) => clause.params),
  };
}
