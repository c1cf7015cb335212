import * as z from 'zod/mini';
import { cursorParam, pageParam, wholePosition } from '../../lib/search-params';

const schema = z.object({ cursor: cursorParam, page: pageParam });

/** What the address of the sync page says: the position in the history. */
export function syncSearch(input: Record<string, unknown>): SyncSearch {
  return wholePosition(schema.parse(input));
}

export type SyncSearch = z.infer<typeof schema>;
