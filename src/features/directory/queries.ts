import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { api } from '../../../convex/_generated/api';
import type { DirectorySearch } from './search';

/** People on one page of the directory. */
export const peoplePerPage = 48;

/** One person more than a page shows: whom the next page begins with. */
export function directoryQuery({ at }: DirectorySearch) {
  return convexQuery(api.users.directory, {
    paginationOpts: { numItems: peoplePerPage + 1, cursor: null },
    ...(at && { from: at }),
  });
}

export async function loadDirectory(
  queryClient: QueryClient,
  search: DirectorySearch,
): Promise<void> {
  const loading = queryClient.prefetchQuery(directoryQuery(search));
  if (typeof window === 'undefined') await loading;
}
