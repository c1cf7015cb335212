import * as z from 'zod/mini';
import { optional, rowParam, searchText } from '../../lib/search-params';
import { clerkSyncStates, userSorts, userStates } from '../../shared/people';
import { isRole, type Role } from '../../shared/roles';

const schema = z.object({
  q: searchText,
  role: optional(z.custom<Role>(isRole)),
  state: optional(z.enum(userStates)),
  sync: optional(z.enum(clerkSyncStates)),
  sort: optional(z.enum(userSorts)),
  order: optional(z.enum(['asc', 'desc'])),
  /** The person at the top of the view. */
  at: rowParam,
  /** What is to be done next, from the palette or a link. */
  do: optional(z.enum(['invite', 'invitations'])),
});

/**
 * What the address of the users page says: search, filters, order and position. Anything malformed
 * counts as absent, so that a mangled link still shows the list.
 */
export function usersSearch(input: Record<string, unknown>): UsersSearch {
  return schema.parse(input);
}

export type UsersSearch = z.infer<typeof schema>;

/** Every change of what is listed starts again at the top. */
export function refine(search: UsersSearch, change: Partial<UsersSearch>): UsersSearch {
  return { ...search, at: undefined, ...change };
}

/** Whom the list shows, without order and position: what a bulk change of "all of them" is for. */
export function filterOf({ q, role, state, sync }: UsersSearch) {
  return {
    // Absent keys are left out: the arguments are the identity of a query.
    ...(q && { search: q }),
    ...(role && { role }),
    ...(state && { state }),
    ...(sync && { sync }),
  };
}

/** Whether anything narrows the list down. */
export function isFiltered(search: UsersSearch): boolean {
  return Object.keys(filterOf(search)).length > 0;
}

/** Tells one list from another, whatever the position in it. */
export function listKeyOf(search: UsersSearch): string {
  return JSON.stringify([filterOf(search), search.sort, search.order]);
}
