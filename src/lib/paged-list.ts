import {
  useQueries,
  useQueryClient,
  type QueryKey,
  type UseQueryOptions,
} from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

/** What Convex answers for a page, as far as a list looks at it. */
export interface PageData<Row> {
  page: Row[];
  isDone: boolean;
  continueCursor: string;
}

/** Where a page begins and, once its successor is known, ends: pages then stay side by side. */
export interface PageRange {
  cursor: string | null;
  endCursor?: string;
  /** Many pages lie before it: whoever is here is on the way to somewhere. */
  far?: boolean;
}

/** Pages at the beginning, whose readers look at what is in them. */
const nearPages = 10;

interface Page extends PageRange {
  /** Rows when it was last looked at; keeps the place of a page that is not subscribed now. */
  count: number;
}

type Step =
  | { kind: 'loaded'; cursor: string | null; count: number; continueCursor: string }
  | { kind: 'extend'; cursor: string | null; continueCursor: string };

/** Pages as they follow each other; pure, so that no row is lost or doubled by accident. */
export function stepPages(pages: readonly Page[], step: Step): readonly Page[] {
  const index = pages.findIndex(({ cursor }) => cursor === step.cursor);
  const page = pages[index];
  if (page === undefined) return pages;
  const replace = (...by: Page[]) => [...pages.slice(0, index), ...by, ...pages.slice(index + 1)];
  if (step.kind === 'extend') {
    if (page.endCursor !== undefined) return pages;
    const isFar = index + 1 >= nearPages;
    const next = { cursor: step.continueCursor, count: 0, ...(isFar && { far: true }) };
    return replace({ ...page, endCursor: step.continueCursor }, next);
  }
  // The server cut a page that has grown too long: what is left becomes a page of its own.
  if (page.endCursor !== undefined && page.endCursor !== step.continueCursor) {
    const rest = { ...page, cursor: step.continueCursor, count: 0 };
    return replace({ ...page, endCursor: step.continueCursor, count: step.count }, rest);
  }
  return page.count === step.count ? pages : replace({ ...page, count: step.count });
}

interface PagedListOptions<Row, Key extends QueryKey> {
  query: (range: PageRange) => UseQueryOptions<PageData<Row>, Error, PageData<Row>, Key>;
  /** Rows in view; pages around them are live, all others only keep their place. */
  view: { first: number; last: number };
  /** Rows beyond the view that are loaded ahead. */
  ahead: number;
}

export interface PagedList<Row> {
  /** Rows known so far. */
  count: number;
  /** Undefined while its page is on its way. */
  rowAt: (index: number) => Row | undefined;
  /** There are more rows than `count`. */
  hasMore: boolean;
  error: Error | null;
}

/**
 * A list of any length, of which only the pages around the view are live. Everything else costs a
 * few bytes, so scrolling through all of it does not make the page slower.
 */
export function usePagedList<Row, Key extends QueryKey>({
  query,
  view,
  ahead,
}: PagedListOptions<Row, Key>): PagedList<Row> {
  const [pages, setPages] = useState<readonly Page[]>([{ cursor: null, count: 0 }]);
  const kept = useRef(new Map<string | null, Row[]>());
  const placed = withStarts(pages);
  const near = placed.filter(({ start, count }, index) =>
    index === 0
      ? view.first - ahead <= count
      : start <= view.last + ahead && start + count >= view.first - ahead,
  );
  const queryClient = useQueryClient();
  // A page that has just got its end holds what it held without one: the server's first HTML and the
  // browser that takes it over show it at once, instead of asking for the same rows again.
  const openPage = ({ cursor, far }: Page) =>
    queryClient.getQueryData<PageData<Row>>(query({ cursor, ...(far && { far }) }).queryKey);
  const results = useQueries({
    queries: near.map((page) => ({
      ...query(rangeOf(page)),
      placeholderData: () => (page.endCursor === undefined ? undefined : openPage(page)),
    })),
  });
  const last = placed.at(-1);
  const lastResult = results[near.findIndex((page) => page === last)];
  const wantsMore = last !== undefined && last.start + last.count <= view.last + ahead;

  const steps = results.flatMap(({ data }, index): Step[] => {
    const page = near[index];
    if (data === undefined || page === undefined) return [];
    const { cursor } = page;
    const { continueCursor } = data;
    const loaded: Step = { kind: 'loaded', cursor, count: data.page.length, continueCursor };
    const isOpen = page === last && !data.isDone && wantsMore;
    return isOpen ? [loaded, { kind: 'extend', cursor, continueCursor }] : [loaded];
  });
  // What the answers say about the pages; the same answers change nothing a second time.
  const next = steps.reduce(stepPages, pages);
  if (next !== pages) setPages(next);

  const live = new Map(near.map((page, index) => [page.cursor, results[index]?.data?.page]));
  useEffect(() => {
    // Shown again for a moment when a page gets its end, which makes it another query.
    for (const [cursor, rows] of live) if (rows) kept.current.set(cursor, rows);
    for (const cursor of kept.current.keys()) if (!live.has(cursor)) kept.current.delete(cursor);
  });
  const rowsOf = (cursor: string | null) => live.get(cursor) ?? kept.current.get(cursor);
  const first = live.get(null);
  const loaded = first?.length ?? 0;
  const knownCount = last === undefined ? 0 : last.start + last.count;
  return {
    // The first answer counts before the effect has noted it: it is there in the first HTML.
    count: pages.length === 1 ? Math.max(loaded, pages[0]?.count ?? 0) : knownCount,
    rowAt: (index) => {
      const page = pages.length === 1 ? placed[0] : placed.findLast(({ start }) => start <= index);
      return page && rowsOf(page.cursor)?.[index - page.start];
    },
    hasMore: lastResult?.data === undefined || !lastResult.data.isDone,
    error: results.find(({ error }) => error !== null)?.error ?? null,
  };
}

function withStarts(pages: readonly Page[]): (Page & { start: number })[] {
  let start = 0;
  return pages.map((page) => {
    const placed = { ...page, start };
    start += page.count;
    return placed;
  });
}

function rangeOf({ cursor, endCursor, far }: Page): PageRange {
  return { cursor, ...(endCursor !== undefined && { endCursor }), ...(far && { far }) };
}
