import * as z from 'zod/mini';
import {
  cursorParam,
  optional,
  pageParam,
  searchText,
  wholePosition,
} from '../../lib/search-params';
import { userSorts, userStates } from '../../shared/people';
import { isRole, type Role } from '../../shared/roles';

const schema = z.object({
  q: searchText,
  role: optional(z.custom<Role>(isRole)),
  state: optional(z.enum(userStates)),
  sort: optional(z.enum(userSorts)),
  order: optional(z.enum(['asc', 'desc'])),
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
