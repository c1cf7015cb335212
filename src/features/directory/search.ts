import * as z from 'zod/mini';
import { cursorParam, pageParam, wholePosition } from '../../lib/search-params';

const schema = z.object({ cursor: cursorParam, page: pageParam });

export type DirectorySearch = z.infer<typeof schema>;

export function directorySearch(input: Record<string, unknown>): DirectorySearch {
  return wholePosition(schema.parse(input));
}
