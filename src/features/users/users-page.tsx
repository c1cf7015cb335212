import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { SearchXIcon, TriangleAlertIcon } from 'lucide-react';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { Pager } from '../../components/pager';
import { Button } from '../../components/ui/button';
import { Skeleton } from '../../components/ui/skeleton';
import { errorBodyOf } from '../../lib/coded-error';
import type { UserSort } from '../../shared/people';
import {
  rowsPerPage,
  statsQuery,
  usersQuery,
  type Stats,
  type UserRow,
  type UsersPageData,
} from './queries';
import { RowDialogs } from './row-dialogs';
import { refine, type UsersSearch } from './search';
import { UsersTable, type Ordering } from './users-table';
import { UsersToolbar } from './users-toolbar';

interface UsersPageProps {
  search: UsersSearch;
  onSearch: (search: UsersSearch, options?: { replace: boolean }) => void;
}

const noRows: UserRow[] = [];

function LoadingRows() {
  return (
    <output aria-label="Loading users" className="grid gap-px p-3">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className="flex items-center gap-3 py-2">
          <Skeleton className="size-9 rounded-full" />
          <Skeleton className="h-4 w-40" />
          <Skeleton className="ml-auto hidden h-4 w-64 sm:block" />
        </div>
      ))}
    </output>
  );
}

function ListError({ error, search, onSearch }: UsersPageProps & { error: unknown }) {
  const body = errorBodyOf(error);
  return (
    <Notice
      role="alert"
      icon={<TriangleAlertIcon aria-hidden />}
      title="The list could not be loaded"
    >
      <p>{body.message}</p>
      <p className="font-mono text-xs">{body.code}</p>
      {search.cursor ? (
        <Button onClick={() => onSearch(refine(search, {}))}>Back to the first page</Button>
      ) : (
        <Button onClick={() => window.location.reload()}>Try again</Button>
      )}
    </Notice>
  );
}

function NothingFound({ search, onSearch }: UsersPageProps) {
  if (search.cursor) {
    return (
      <Notice icon={<SearchXIcon aria-hidden />} title="Nobody is on this page any more">
        <Button onClick={() => onSearch(refine(search, {}))}>Back to the first page</Button>
      </Notice>
    );
  }
  return (
    <Notice icon={<SearchXIcon aria-hidden />} title="Nobody matches">
      <p>No user fits this search and these filters.</p>
      <Button variant="outline" onClick={() => onSearch({})}>
        Show everybody
      </Button>
    </Notice>
  );
}

function orderingOf({ search, onSearch }: UsersPageProps): Ordering {
  const sort = search.sort ?? 'name';
  const order = search.order ?? 'asc';
  // Names start at A, moments at the newest; a second click turns round.
  const first = (next: UserSort) => (next === 'name' ? 'asc' : 'desc');
  const turned = order === 'asc' ? 'desc' : 'asc';
  const onSort = (next: UserSort) =>
    onSearch(refine(search, { sort: next, order: next === sort ? turned : first(next) }));
  return { sort, order, onSort: search.q ? undefined : onSort };
}

function nextCursorOf(data: UsersPageData | undefined, stale: boolean): string | undefined {
  return data && !data.isDone && !stale ? data.continueCursor : undefined;
}

/** How many the list has, where a counter knows it: none counts a role within a state. */
function countOf(stats: Stats, { role, state }: UsersSearch): number | undefined {
  if (role && state) return undefined;
  if (role) return stats.byRole[role] ?? 0;
  return state ? (stats.byState[state] ?? 0) : stats.total;
}

function useSummary(search: UsersSearch): string | undefined {
  const { data: stats } = useQuery(statsQuery);
  if (search.q) return ' · best match first';
  const count = stats && countOf(stats, search);
  if (count === undefined) return undefined;
  const pages = Math.max(1, Math.ceil(count / rowsPerPage));
  return ` of ${pages.toLocaleString('en')} · ${count.toLocaleString('en')} users`;
}

/** Requirement C1, C3: everybody, live, page by page, with the address as the state. */
export function UsersPage({ search, onSearch }: UsersPageProps) {
  const query = useQuery({ ...usersQuery(search), placeholderData: keepPreviousData });
  const summary = useSummary(search);
  const rows = query.data?.page ?? noRows;
  const nobody = query.data !== undefined && rows.length === 0 && !search.cursor;
  const { cursor: _cursor, page: _page, ...list } = search;
  const content = () => {
    if (query.error) return <ListError error={query.error} search={search} onSearch={onSearch} />;
    if (!query.data) return <LoadingRows />;
    if (rows.length === 0) return <NothingFound search={search} onSearch={onSearch} />;
    const ordering = orderingOf({ search, onSearch });
    return <UsersTable rows={rows} ordering={ordering} stale={query.isPlaceholderData} />;
  };
  return (
    <RowDialogs rows={rows}>
      <PageHeader
        title="Users"
        description="The people of this app and their roles, in step with Clerk."
      />
      <UsersToolbar search={search} onSearch={onSearch} />
      <div className="mb-4 overflow-hidden rounded-xl border bg-card shadow-xs md:overflow-x-auto">
        {content()}
      </div>
      {!nobody && (
        <Pager
          position={search}
          nextCursor={nextCursorOf(query.data, query.isPlaceholderData)}
          listKey={JSON.stringify(list)}
          onMove={(position) => onSearch(refine(search, position))}
          summary={summary}
        />
      )}
    </RowDialogs>
  );
}
