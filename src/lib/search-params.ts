import { z } from 'zod';
import { searchLengthMax } from '../shared/people';

/** The router reads `?q=123` as a number; a search text is text. */
export const searchText = z
  .union([z.string(), z.number(), z.boolean()])
  .transform((value) => String(value).slice(0, searchLengthMax))
  .transform((value) => (value.trim() === '' ? undefined : value))
  .optional()
  .catch(undefined);

/** Convex's own words for a position in a list; opaque. */
export const cursorParam = z.string().min(1).max(2_000).optional().catch(undefined);

/** The number of the page at `cursor`, for people; 1 is the first and is left out. */
export const pageParam = z.number().int().min(2).max(1_000_000).optional().catch(undefined);

/** A position without its page number, or the other way round, means the first page. */
export function wholePosition<T extends { cursor?: string; page?: number }>(search: T): T {
  if (search.cursor !== undefined && search.page !== undefined) return search;
  return { ...search, cursor: undefined, page: undefined };
}
