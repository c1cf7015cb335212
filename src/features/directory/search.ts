import * as z from 'zod/mini';
import { pageParam, rowParam } from '../../lib/search-params';

const schema = z.object({
  /** The first person of the page; Convex's own positions would hold names and addresses. */
  at: rowParam,
  page: pageParam,
});

export type DirectorySearch = z.infer<typeof schema>;

/** A place without its page number, or the other way round, means the first page. */
export function directorySearch(input: Record<string, unknown>): DirectorySearch {
  const { at, page } = schema.parse(input);
  return at === undefined || page === undefined ? {} : { at, page };
}
