import { mergedStream, stream } from 'convex-helpers/server/stream';
import type { PaginationOptions, PaginationResult } from 'convex/server';
import { pageSizeMax, searchLengthMax, userStates } from '../../src/shared/people';
import type { UserSort, UserState } from '../../src/shared/people';
import { roleNames, type Role } from '../../src/shared/roles';
import type { QueryCtx } from '../_generated/server';
import schema from '../schema';
import { fail } from './errors';
import type { UserRow } from './userRows';

export interface ListRequest {
  paginationOpts: PaginationOptions;
  search?: string;
  role?: Role;
  /** Without a state: everyone who is not deleted. */
  state?: UserState;
  sort?: UserSort;
  order?: 'asc' | 'desc';
}

/**
 * One page of people. A search reads the search index, best match first; otherwise each combination
 * of state and role is one range of the order's index, and the ranges are merged. Either way the
 * rows read are bounded by the page size.
 */
export async function listUsers(
  ctx: QueryCtx,
  request: ListRequest,
): Promise<PaginationResult<UserRow>> {
  const options = boundedPage(request.paginationOpts);
  const search = request.search?.trim().slice(0, searchLengthMax) ?? '';
  return search === ''
    ? await inOrder(ctx, request, options)
    : await bySearch(ctx, request, search, options);
}

async function inOrder(
  ctx: QueryCtx,
  { role, state, sort = 'name', order = 'asc' }: ListRequest,
  options: PaginationOptions,
): Promise<PaginationResult<UserRow>> {
  checkCursor(options.cursor);
  const states = state === undefined ? userStates.filter((name) => name !== 'deleted') : [state];
  const roles = role === undefined ? roleNames : [role];
  const ranges = states.flatMap((inState) =>
    roles.map((inRole) => range(ctx, sort, inState, inRole).order(order)),
  );
  return await mergedStream(ranges, [sortField[sort]]).paginate(options);
}

const sortField = {
  name: 'searchText',
  createdAt: 'createdAt',
  lastLoginAt: 'lastLoginAt',
} as const satisfies Record<UserSort, string>;

function range(ctx: QueryCtx, sort: UserSort, state: UserState, role: Role) {
  const users = stream(ctx.db, schema).query('users');
  switch (sort) {
    case 'name':
      return users.withIndex('byName', (q) => q.eq('state', state).eq('role', role));
    case 'createdAt':
      return users.withIndex('byCreated', (q) => q.eq('state', state).eq('role', role));
    case 'lastLoginAt':
      return users.withIndex('byLastLogin', (q) => q.eq('state', state).eq('role', role));
  }
}

async function bySearch(
  ctx: QueryCtx,
  { role, state }: ListRequest,
  search: string,
  options: PaginationOptions,
): Promise<PaginationResult<UserRow>> {
  const found = ctx.db.query('users').withSearchIndex('search', (q) => {
    const inText = q.search('searchText', search);
    const inRole = role === undefined ? inText : inText.eq('role', role);
    return state === undefined ? inRole : inRole.eq('state', state);
  });
  // The search index knows no "other than"; tombstones are few among the matches.
  const wanted =
    state === undefined ? found.filter((q) => q.neq(q.field('state'), 'deleted')) : found;
  return await wanted.paginate(options);
}

export function boundedPage(options: PaginationOptions): PaginationOptions {
  const { numItems } = options;
  if (!Number.isInteger(numItems) || numItems < 1 || numItems > pageSizeMax) {
    fail('INVALID_INPUT', {
      field: 'paginationOpts.numItems',
      message: `A page holds 1 to ${pageSizeMax} rows.`,
    });
  }
  return options;
}

/** Cursors of ordered lists are JSON arrays; one of another list must not end in a server error. */
function checkCursor(cursor: string | null): void {
  if (cursor === null || isJsonArray(cursor)) return;
  fail('INVALID_INPUT', {
    field: 'paginationOpts.cursor',
    message: 'The cursor does not belong to this list. Start again from the first page.',
  });
}

function isJsonArray(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
