import * as z from 'zod/mini';
import { catch as orElse } from 'zod/mini';
import { searchLengthMax } from '../shared/people';

/** A field of the address: malformed counts as absent. */
export function optional<T extends z.core.$ZodType>(schema: T) {
  // Every optional schema yields undefined; the type parameter hides it.
  return orElse(z.optional(schema), undefined as never);
}

function asSearchText(value: string | number | boolean): string | undefined {
  const text = String(value).slice(0, searchLengthMax);
  return text.trim() === '' ? undefined : text;
}

/** The router reads `?q=123` as a number; a search text is text. */
export const searchText = optional(
  z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(asSearchText)),
);

/** Convex's own words for a position in a list; opaque. */
export const cursorParam = optional(z.string().check(z.minLength(1), z.maxLength(2_000)));

/** Somebody's row id, as a position: says nothing about them, unlike a name. */
export const rowParam = optional(z.string().check(z.regex(/^[0-9a-z]{20,64}$/)));

/** The number of the page at `cursor`, for people; 1 is the first and is left out. */
export const pageParam = optional(z.int().check(z.minimum(2), z.maximum(1_000_000)));

/** A position without its page number, or the other way round, means the first page. */
export function wholePosition<T extends { cursor?: string; page?: number }>(search: T): T {
  if (search.cursor !== undefined && search.page !== undefined) return search;
  return { ...search, cursor: undefined, page: undefined };
}
