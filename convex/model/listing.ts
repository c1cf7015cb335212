import { mergedStream, stream } from 'convex-helpers/server/stream';
import type { PaginationOptions, PaginationResult } from 'convex/server';
import { pageSizeMax, searchLengthMax, userPageSizeMax, userStates } from '../../src/shared/people';
import type { UserSort, UserState } from '../../src/shared/people';
import { roleNames, type Role } from '../../src/shared/roles';
import type { QueryCtx } from '../_generated/server';
import schema from '../schema';
import { fail } from './errors';
import { searchPage } from './searchUsers';
import type { UserRow } from './userRows';
import type { UserFilter } from './validators';

export interface ListRequest extends UserFilter {
  paginationOpts: PaginationOptions;
  /** With `sync` the order is by name. */
  sort?: UserSort;
  order?: 'asc' | 'desc';
  /** The first page starts at this person's place in the order; an id of nobody starts at the top. */
  from?: string;
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
  const { paginationOpts, ...rest } = request;
  return await pageOfUsers(ctx, rest, boundedPage(paginationOpts, userPageSizeMax));
}

/** `listUsers` for jobs, whose pages have bounds of their own. */
export async function pageOfUsers(
  ctx: QueryCtx,
  request: Omit<ListRequest, 'paginationOpts'>,
  options: PaginationOptions,
): Promise<PaginationResult<UserRow>> {
  const search = searchTextOf(request);
  if (search !== '') return await searchPage(ctx, request, search, options);
  return await inOrder(ctx, request, options);
}

export function searchTextOf({ search }: UserFilter): string {
  return search?.trim().slice(0, searchLengthMax) ?? '';
}

type OrderedRequest = Omit<ListRequest, 'paginationOpts' | 'search'>;

async function inOrder(
  ctx: QueryCtx,
  request: OrderedRequest,
  options: PaginationOptions,
): Promise<PaginationResult<UserRow>> {
  checkCursor(options.cursor);
  checkCursor(options.endCursor ?? null);
  const sort = request.sync === undefined ? (request.sort ?? 'name') : 'name';
  const order = request.order ?? 'asc';
  const cursor = options.cursor ?? (await placeOf(ctx, request, { sort, order }));
  const { states, roles } = rangesOf(request);
  const ranges = states.flatMap((state) =>
    roles.map((role) => range(ctx, { ...request, sort, state, role }).order(order)),
  );
  return await mergedStream(ranges, [sortField[sort]]).paginate({
    ...options,
    cursor,
    // A page that has an end instead of a number of rows is bounded all the same.
    maximumRowsRead: 2 * Math.max(pageSizeMax, options.numItems),
  });
}

/** The states and roles that a filter lets through. */
export function rangesOf({ state, role }: UserFilter): {
  states: readonly UserState[];
  roles: readonly Role[];
} {
  return {
    states: state === undefined ? userStates.filter((name) => name !== 'deleted') : [state],
    roles: role === undefined ? roleNames : [role],
  };
}

const sortField = {
  name: 'searchText',
  createdAt: 'createdAt',
  lastSignInAt: 'lastSignInAt',
  lastLoginAt: 'lastLoginAt',
} as const satisfies Record<UserSort, keyof UserRow>;

/**
 * The cursor before a person, as the stream makes them: the value of the order, then the moment of
 * creation, which tells people of one name apart. Null = from the very start.
 */
async function placeOf(
  ctx: QueryCtx,
  { from }: OrderedRequest,
  { sort, order }: { sort: UserSort; order: 'asc' | 'desc' },
): Promise<string | null> {
  const id = from === undefined ? null : ctx.db.normalizeId('users', from);
  if (id === null) return null;
  const row = await ctx.db.get('users', id);
  // Somebody who is gone, or has no such time, marks no place.
  const value = row?.[sortField[sort]];
  if (row === null || value === undefined) return null;
  // Cursors are exclusive: the number next to the moment, on the side that is listed before it.
  const before = row._creationTime * (1 + (order === 'asc' ? -1 : 1) * Number.EPSILON);
  // The stream's own escape: it writes an absent value as this word.
  const written = typeof value === 'string' && value.endsWith('undefined') ? `_${value}` : value;
  return JSON.stringify([written, before]);
}

interface RangeRequest extends OrderedRequest {
  sort: UserSort;
  state: UserState;
  role: Role;
}

/** One range of an index, in the order asked for. */
function range(ctx: QueryCtx, { sort, state, role, sync }: RangeRequest) {
  const users = stream(ctx.db, schema).query('users');
  switch (sort) {
    case 'name':
      return sync === undefined
        ? users.withIndex('byName', (q) => q.eq('state', state).eq('role', role))
        : users.withIndex('bySync', (q) => q.eq('sync', sync).eq('state', state).eq('role', role));
    case 'createdAt':
      return users.withIndex('byCreated', (q) => q.eq('state', state).eq('role', role));
    case 'lastSignInAt':
      return users.withIndex('byLastSignIn', (q) => q.eq('state', state).eq('role', role));
    case 'lastLoginAt':
      return users.withIndex('byLastLogin', (q) => q.eq('state', state).eq('role', role));
  }
}

/**
 * One page of the active people whose names begin with `name`. What the order is read from goes on
 * with the address behind the name, so rows that only fit there are left out again.
 */
export async function listDirectory(
  ctx: QueryCtx,
  { paginationOpts, name, from }: Pick<ListRequest, 'paginationOpts' | 'from'> & { name?: string },
): Promise<PaginationResult<UserRow>> {
  const prefix = name?.trim().slice(0, searchLengthMax).toLowerCase() ?? '';
  if (prefix === '') return await listUsers(ctx, { paginationOpts, state: 'active', from });
  const options = boundedPage(paginationOpts);
  checkCursor(options.cursor);
  checkCursor(options.endCursor ?? null);
  const ranges = roleNames.map((role) =>
    stream(ctx.db, schema)
      .query('users')
      .withIndex('byName', (q) =>
        q
          .eq('state', 'active')
          .eq('role', role)
          .gte('searchText', prefix)
          .lt('searchText', prefix + lastCharacter),
      ),
  );
  return await mergedStream(ranges, ['searchText'])
    .filterWith(async (row) => row.name.toLowerCase().startsWith(prefix))
    .paginate({ ...options, maximumRowsRead: 2 * pageSizeMax });
}

/** Sorts behind whatever may follow a prefix. */
const lastCharacter = '\u{10FFFF}';

export function boundedPage(options: PaginationOptions, max = pageSizeMax): PaginationOptions {
  const { numItems } = options;
  if (!Number.isInteger(numItems) || numItems < 1 || numItems > max) {
    fail('INVALID_INPUT', {
      field: 'paginationOpts.numItems',
      message: `A page holds 1 to ${max} rows.`,
    });
  }
  return options;
}

/** Cursors of ordered lists are JSON arrays; one of another list must not end in a server error. */
export function checkCursor(cursor: string | null): void {
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
