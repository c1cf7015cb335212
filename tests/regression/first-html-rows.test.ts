import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import { usePagedList, type PageData, type PageRange } from '../../src/lib/paged-list';

/*
 * The list asked for its second page at once, which made the first one another query: the first HTML
 * of a list longer than a page held placeholders, and rows came only once the browser was live.
 */

const firstPage: PageData<string> = {
  page: Array.from({ length: 40 }, (_, index) => `person ${index}`),
  isDone: false,
  continueCursor: '["person 39"]',
};

function List() {
  const { count, rowAt } = usePagedList({
    query: (range: PageRange) => ({
      queryKey: ['people', range] as const,
      queryFn: () => new Promise<PageData<string>>(() => {}),
    }),
    view: { first: 0, last: 20 },
    ahead: 20,
  });
  return Array.from({ length: count }, (_, index) => rowAt(index) ?? 'on its way').join(', ');
}

it('issue 5: the first HTML of a list of several pages has the rows of the first one', () => {
  const client = new QueryClient();
  client.setQueryData(['people', { cursor: null }], firstPage);
  const html = renderToString(createElement(QueryClientProvider, { client }, createElement(List)));
  expect(html).toBe(firstPage.page.join(', '));
});
