import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';
import { actorOf, loadedViewer } from '../../lib/live';
import type { PageRange } from '../../lib/paged-list';
import { pageSizeMax, userPageSizeMax } from '../../shared/people';
import { canSometimes } from '../../shared/permissions';
import { filterOf, type UsersSearch } from './search';

export type UsersPageData = FunctionReturnType<typeof api.users.list>;
export type UserRow = UsersPageData['page'][number];
export type UserCount = FunctionReturnType<typeof api.users.count>;
export type BulkJob = NonNullable<FunctionReturnType<typeof api.bulk.latest>>;

/** Rows of the first page: two screens at most, there at once. */
const rowsAtFirst = 40;
/** Rows of the others, each of which costs a way to the server; whoever has come far wants more. */
const rowsPerPage = { near: pageSizeMax, far: userPageSizeMax };

/** The live query of one page of the list; `from` is where the first one starts. */
export function usersQuery(search: UsersSearch, { far, ...range }: PageRange, from?: string) {
  const { sort, order } = search;
  const numItems = range.cursor === null ? rowsAtFirst : rowsPerPage[far ? 'far' : 'near'];
  const query = convexQuery(api.users.list, {
    paginationOpts: { numItems, ...range },
    ...filterOf(search),
    ...(sort && { sort }),
    ...(order && { order }),
    ...(from && range.cursor === null && { from }),
  });
  // The start of a list is what a step back shows; pages that were scrolled past are let go soon.
  return range.cursor === null ? query : { ...query, gcTime: passedForMs };
}

/** A fast scroll passes some thirty pages a second, and each is live until it is let go. */
const passedForMs = 2_000;

export function countQuery(search: UsersSearch) {
  return { ...convexQuery(api.users.count, filterOf(search)), gcTime: passedForMs };
}

/** A number of people, and whether there are more. */
export function inWords({ count, exact }: UserCount): string {
  return `${count.toLocaleString('en')}${exact ? '' : ' or more'}`;
}

/** The viewer's newest bulk change. */
export const bulkQuery = convexQuery(api.bulk.latest, {});

/**
 * Loads the first rows into the first HTML. In the browser the page shows its skeleton instead of
 * waiting, and errors belong to the list, not to the page.
 */
export async function loadUsers(queryClient: QueryClient, search: UsersSearch): Promise<void> {
  const viewer = loadedViewer(queryClient);
  if (!viewer || !canSometimes(actorOf(viewer), 'users:read')) return;
  // While somebody scrolls, the address follows; that asks for nothing.
  if (typeof window !== 'undefined' && search.at !== undefined) return;
  const rows = queryClient.prefetchQuery(usersQuery(search, { cursor: null }, search.at));
  if (typeof window !== 'undefined') return;
  await Promise.all([
    rows,
    queryClient.prefetchQuery(countQuery(search)),
    queryClient.prefetchQuery(bulkQuery),
  ]);
}
