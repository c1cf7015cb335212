import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';
import { actorOf, loadedViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import type { UsersSearch } from './search';

export type UsersPageData = FunctionReturnType<typeof api.users.list>;
export type UserRow = UsersPageData['page'][number];
export type Stats = FunctionReturnType<typeof api.users.stats>;

/** Rows on one page: two screens at most, and small enough to stay live without cost. */
export const rowsPerPage = 25;

export const statsQuery = convexQuery(api.users.stats, {});

/** The live query of the page that the address names. */
export function usersQuery({ q, role, state, sort, order, cursor }: UsersSearch) {
  return convexQuery(api.users.list, {
    paginationOpts: { numItems: rowsPerPage, cursor: cursor ?? null },
    // Absent keys are left out: the arguments are the identity of the query.
    ...(q && { search: q }),
    ...(role && { role }),
    ...(state && { state }),
    ...(sort && { sort }),
    ...(order && { order }),
  });
}

/**
 * Loads the first rows into the first HTML. In the browser the page shows its skeleton instead of
 * waiting, and errors belong to the list, not to the page.
 */
export async function loadUsers(queryClient: QueryClient, search: UsersSearch): Promise<void> {
  const viewer = loadedViewer(queryClient);
  if (!viewer || !canSometimes(actorOf(viewer), 'users:read')) return;
  const loading = Promise.all([
    queryClient.prefetchQuery(usersQuery(search)),
    queryClient.prefetchQuery(statsQuery),
  ]);
  if (typeof window === 'undefined') await loading;
}
