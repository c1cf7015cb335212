import { z } from 'zod';
import { cursorParam, pageParam, searchText, wholePosition } from '../../lib/search-params';
import { userSorts, userStates } from '../../shared/people';
import { isRole } from '../../shared/roles';

const role = z
  .custom((value) => isRole(value))
  .transform((value) => (isRole(value) ? value : undefined));

const schema = z.object({
  q: searchText,
  role: role.optional().catch(undefined),
  state: z.enum(userStates).optional().catch(undefined),
  sort: z.enum(userSorts).optional().catch(undefined),
  order: z.enum(['asc', 'desc']).optional().catch(undefined),
  cursor: cursorParam,
  page: pageParam,
});

/**
 * What the address of the users page says: search, filters, order and position. Anything malformed
 * counts as absent, so that a mangled link still shows the list.
 */
export function usersSearch(input: Record<string, unknown>): UsersSearch {
  return wholePosition(schema.parse(input));
}

export type UsersSearch = z.infer<typeof schema>;

/** Every change of what is listed starts again at the first page. */
export function refine(search: UsersSearch, change: Partial<UsersSearch>): UsersSearch {
  return { ...search, cursor: undefined, page: undefined, ...change };
}
