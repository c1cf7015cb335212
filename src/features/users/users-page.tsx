import { useQuery } from '@tanstack/react-query';
import { SearchXIcon } from 'lucide-react';
import { Suspense, useCallback, useState } from 'react';
import { LoadError } from '../../components/load-error';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { Permitted } from '../../components/permitted';
import { Button } from '../../components/ui/button';
import { Skeleton } from '../../components/ui/skeleton';
import { lazyPart } from '../../lib/lazy-part';
import { actorOf, useViewer } from '../../lib/live';
import { useShortcuts } from '../../lib/shortcuts';
import type { UserSort } from '../../shared/people';
import { bulkActionsOf } from './bulk-actions';
import { InviteActions } from './invite-actions';
import { bulkQuery, countQuery, inWords, usersQuery, type UserCount } from './queries';
import { RowDialogs } from './row-dialogs';
import { isFiltered, listKeyOf, refine, type UsersSearch } from './search';
import { nobody, selectedCount, useSelection, type SelectionControl } from './selection';
import { UsersList } from './users-list';
import type { Ordering } from './users-table';
import { searchFieldId, UsersToolbar } from './users-toolbar';

// The first view has neither: they come with the first bulk change and the first person selected.
const BulkProgress = lazyPart(async () => (await import('./bulk-progress')).BulkProgress);
const SelectionBar = lazyPart(async () => (await import('./selection-bar')).SelectionBar);

interface UsersPageProps {
  search: UsersSearch;
  onSearch: (search: UsersSearch, options?: { replace?: boolean; resetScroll?: boolean }) => void;
}

function LoadingRows() {
  return (
    <output aria-label="Loading users" className="grid gap-px p-3">
      {Array.from({ length: 8 }, (_, index) => (
        <span key={index} className="flex items-center gap-3 py-2">
          <Skeleton className="size-9 rounded-full" />
          <Skeleton className="h-4 w-40" />
          <Skeleton className="ml-auto hidden h-4 w-64 sm:block" />
        </span>
      ))}
    </output>
  );
}

function NothingFound({ search, onSearch }: UsersPageProps) {
  const { q, sync } = search;
  const calm = sync === 'failed' || sync === 'pending' || sync === 'differs';
  return (
    <Notice icon={<SearchXIcon aria-hidden />} title="Nobody matches">
      <p>
        {q
          ? `No name or email has words that begin with “${q}”, within these filters.`
          : calm
            ? 'Nobody is in this state: Clerk and this app say the same.'
            : 'No user fits these filters.'}
      </p>
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
  const own = search.q === undefined && search.sync === undefined;
  return { sort, order, onSort: own ? onSort : undefined };
}

function Summary({ search, count }: { search: UsersSearch; count: UserCount | undefined }) {
  const people = count?.count === 1 && count.exact ? 'user' : 'users';
  const shown = count === undefined ? '' : `${inWords(count)} ${people}`;
  return (
    <p aria-live="polite" className="mb-2 min-h-4 text-xs text-muted-foreground">
      {shown}
      {count && isFiltered(search) && (count.count === 1 ? ' matches' : ' match')}
      {count && search.q && ', best match first'}
    </p>
  );
}

/** Shows the list asked for once its first rows are there, and the one before until then. */
function useShownList(search: UsersSearch) {
  const [shown, setShown] = useState(search);
  // The address follows the scrolling; only what comes from elsewhere starts the list anew.
  const [from, setFrom] = useState(search.at);
  const [own, setOwn] = useState(search.at);
  const wanted = search.at === own ? from : search.at;
  const first = useQuery(usersQuery(search, { cursor: null }, wanted));
  const isOther = listKeyOf(shown) !== listKeyOf(search) || wanted !== from;
  if (isOther && (first.data || first.error)) {
    setShown(search);
    setFrom(wanted);
  }
  return { shown, from, first, stale: isOther, own, setOwn };
}

/** Of a search with too many matches nobody could say who "all" are. */
function isEverybodyKnown({ q }: UsersSearch, count: UserCount | undefined): boolean {
  return count !== undefined && (count.exact || q === undefined);
}

function selectAllOf(
  control: SelectionControl,
  { search, count }: { search: UsersSearch; count: UserCount | undefined },
) {
  const { selection, set } = control;
  const total = count?.count ?? 0;
  const selected = selectedCount(selection, total);
  const known = isEverybodyKnown(search, count);
  return {
    checked: selected === 0 ? false : selected >= total ? true : ('mixed' as const),
    // What is selected one by one can be put down again all the same.
    disabled: !known && selected === 0,
    label:
      known || count === undefined
        ? `Select all ${count === undefined ? '' : inWords(count)} that match`
        : 'More people match than can be selected at once: search for less, or filter',
    onChange: (on: boolean) =>
      set(on && known ? { kind: 'all', except: new Set() } : { kind: 'some', ids: new Set() }),
  };
}

/** `selection`: only while anybody is selected. */
function useListShortcuts(ordering: Ordering, selection: SelectionControl | undefined) {
  const group = 'Users';
  const { sort, onSort } = ordering;
  const focusSearch = () => document.getElementById(searchFieldId)?.focus();
  const clear = () => selection?.set(nobody);
  useShortcuts([
    { keys: '/', label: 'Search', group, run: focusSearch },
    ...(onSort
      ? [{ keys: 'G', label: 'From the other end of the list', group, run: () => onSort(sort) }]
      : []),
    ...(selection ? [{ keys: 'Escape', label: 'Select nobody', group, run: clear }] : []),
  ]);
}

/** How far the viewer's bulk change is, for those who ever began one. */
function BulkChange() {
  const { data: hasJob } = useQuery({ ...bulkQuery, select: (job) => job !== null });
  return <Suspense>{hasJob && <BulkProgress />}</Suspense>;
}

/** Requirement C1, C3: everybody, live, with the address as the state. */
export function UsersPage(props: UsersPageProps) {
  return (
    <Permitted to="users:read">
      <Users {...props} />
    </Permitted>
  );
}

function Users({ search, onSearch }: UsersPageProps) {
  const viewer = useViewer();
  const { shown, from, first, stale, own, setOwn } = useShownList(search);
  // What is asked together is answered together: the rows do not wait for their number.
  const { data: count } = useQuery({ ...countQuery(shown), enabled: stale || !!first.data });
  const listKey = listKeyOf(shown);
  const selection = useSelection(listKey);
  const actions = bulkActionsOf(actorOf(viewer));
  const mayChange = actions.length > 0;
  const onPosition = useCallback(
    (at: string | undefined) => {
      if (at === own) return;
      setOwn(at);
      onSearch({ ...search, at }, { replace: true, resetScroll: false });
    },
    [onSearch, own, setOwn, search],
  );
  const anySelected = mayChange && selectedCount(selection.selection, count?.count ?? 0) > 0;
  const ordering = orderingOf({ search, onSearch });
  useListShortcuts(ordering, anySelected ? selection : undefined);
  // Stays from then on: what was asked for in it outlives the selection.
  const [wasSelected, setWasSelected] = useState(anySelected);
  if (anySelected && !wasSelected) setWasSelected(true);
  const content = () => {
    if (first.error && !stale) {
      return <LoadError error={first.error} what="list" />;
    }
    if (!first.data && !stale) return <LoadingRows />;
    if (!stale && first.data?.page.length === 0) {
      return <NothingFound search={search} onSearch={onSearch} />;
    }
    return (
      <UsersList
        key={listKey + (from ?? '')}
        search={shown}
        from={from}
        ordering={ordering}
        stale={stale}
        total={count?.exact ? count.count : undefined}
        selection={mayChange ? selection : undefined}
        selectAll={mayChange ? selectAllOf(selection, { search: shown, count }) : undefined}
        onPosition={onPosition}
      />
    );
  };
  return (
    <RowDialogs>
      <PageHeader
        title="Users"
        description="The people of this app and their roles, in step with Clerk."
      >
        <InviteActions
          asked={search.do}
          onAsked={(next) =>
            onSearch({ ...search, do: next }, { replace: true, resetScroll: false })
          }
        />
      </PageHeader>
      <UsersToolbar search={search} onSearch={onSearch} />
      {mayChange && <BulkChange />}
      {from !== undefined && (
        <p className="mb-2 flex items-center gap-2 text-xs text-muted-foreground">
          People before this place in the list are not shown.
          <Button size="xs" variant="outline" onClick={() => onSearch(refine(search, {}))}>
            Show from the start
          </Button>
        </p>
      )}
      <Summary search={shown} count={count} />
      <div className="rounded-xl border bg-card shadow-xs">{content()}</div>
      {wasSelected && (
        <Suspense>
          <SelectionBar
            search={shown}
            control={selection}
            count={count}
            mayTakeAll={isEverybodyKnown(shown, count)}
            actions={actions}
          />
        </Suspense>
      )}
    </RowDialogs>
  );
}
