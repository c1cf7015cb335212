import type { QueryStream } from 'convex-helpers/server/stream';
import type { PaginationOptions, PaginationResult } from 'convex/server';

/**
 * Rows that one page of a filtered list looks at. A filter beside the index may fit few of them: then
 * the page is short or empty without being the last, and the next one goes on from there.
 */
const rowsLookedAtMax = 1_000;

/** One page of what fits, from a stream over one index; reads are bounded whatever the filter. */
export async function filteredPage<Row extends Record<string, unknown>>(
  rows: QueryStream<Row>,
  fits: (row: Row) => boolean,
  options: PaginationOptions,
): Promise<PaginationResult<Row>> {
  return await rows
    .filterWith(async (row) => fits(row))
    .paginate({ ...options, maximumRowsRead: rowsLookedAtMax });
}
