import type { PaginationOptions, PaginationResult } from 'convex/server';
import type { QueryCtx } from '../_generated/server';
import type { UserRow } from './userRows';
import type { UserFilter } from './validators';

/** Convex's search index looks at this many matches at most. */
export const searchMatchesMax = 1_024;

/** Of several words the best matches are looked through for those that have all of them. */
const severalWordsMax = 256;
/**
 * First only so many: the matches with all words are the best ones, so where none of the last few
 * of these has them all, neither have those behind.
 */
const severalWordsFirst = { looked: 64, last: 16 };

/**
 * One page of a search. The search index finds rows with any of the words; people who type two mean
 * both, so of several words the best matches are kept that have each, as a beginning of a word.
 */
export async function searchPage(
  ctx: QueryCtx,
  filter: UserFilter,
  search: string,
  options: PaginationOptions,
): Promise<PaginationResult<UserRow>> {
  const words = wordsOf(search);
  if (words.length < 2) return await matches(ctx, filter, search).paginate(options);
  const skip = Math.max(0, Number(options.cursor ?? 0) || 0);
  const fitting = await fittingAll(ctx, filter, { search, words });
  const page = fitting.slice(skip, skip + options.numItems);
  const end = skip + page.length;
  return { page, isDone: end >= fitting.length, continueCursor: String(end) };
}

/** Everybody that a search finds; at most `searchMatchesMax`. */
export async function searchAll(
  ctx: QueryCtx,
  filter: UserFilter,
  search: string,
): Promise<UserRow[]> {
  const words = wordsOf(search);
  return words.length < 2
    ? await matches(ctx, filter, search).take(searchMatchesMax)
    : await fittingAll(ctx, filter, { search, words });
}

async function fittingAll(
  ctx: QueryCtx,
  filter: UserFilter,
  { search, words }: { search: string; words: string[] },
): Promise<UserRow[]> {
  const fits = ({ searchText }: UserRow) => {
    const has = wordsOf(searchText);
    return words.every((word) => has.some((one) => one.startsWith(word)));
  };
  const first = await matches(ctx, filter, search).take(severalWordsFirst.looked);
  const goesOn =
    first.length === severalWordsFirst.looked && first.slice(-severalWordsFirst.last).some(fits);
  const best = goesOn ? await matches(ctx, filter, search).take(severalWordsMax) : first;
  return best.filter(fits);
}

function matches(ctx: QueryCtx, { role, state, sync }: UserFilter, search: string) {
  const found = ctx.db.query('users').withSearchIndex('search', (q) => {
    const inText = q.search('searchText', search);
    const inRole = role === undefined ? inText : inText.eq('role', role);
    return state === undefined ? inRole : inRole.eq('state', state);
  });
  // The search index knows no "other than"; tombstones are few among the matches.
  const present =
    state === undefined ? found.filter((q) => q.neq(q.field('state'), 'deleted')) : found;
  return sync === undefined ? present : present.filter((q) => q.eq(q.field('sync'), sync));
}

/** Runs of letters, marks and digits, as the search index cuts them. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}
