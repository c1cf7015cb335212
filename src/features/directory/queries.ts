import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { api } from '../../../convex/_generated/api';
import type { DirectorySearch } from './search';

/** People on one page of the directory. */
const peoplePerPage = 48;

export function directoryQuery({ cursor }: DirectorySearch) {
  return convexQuery(api.users.directory, {
    paginationOpts: { numItems: peoplePerPage, cursor: cursor ?? null },
  });
}

export async function loadDirectory(
  queryClient: QueryClient,
  search: DirectorySearch,
): Promise<void> {
  const loading = queryClient.prefetchQuery(directoryQuery(search));
  if (typeof window === 'undefined') await loading;
}
