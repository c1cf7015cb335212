/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role --
   see users-table */
import { useNavigate } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Table } from '../../components/ui/table';
import { cn } from '../../lib/cn';
import { actorOf, useViewer } from '../../lib/live';
import { usePagedList } from '../../lib/paged-list';
import { useShortcuts } from '../../lib/shortcuts';
import { usersQuery, type UserRow } from './queries';
import { nameRefusal } from './name-refusal';
import { useAsk } from './row-dialogs';
import type { UsersSearch } from './search';
import { isSelected, type SelectionControl } from './selection';
import { Gap, PlaceholderRow, UsersHead, UsersRow, type Ordering } from './users-table';

/** A row on a wide screen; on a phone cards are higher and are measured when they are drawn. */
const rowHeightPx = 57;
/**
 * Rows drawn beyond what is in view: once somebody scrolls, so many that fast scrolling shows rows and
 * no gaps; before, hardly any, since each costs the list a moment until it is there.
 */
const overscan = { still: 2, scrolling: 8 };
/** Rows beyond the view that are asked for: two screens, so that reading on waits for nothing. */
const rowsAhead = 40;
/** What the server takes the window for: its first HTML has the rows of one screen. */
const assumedWindow = { width: 1280, height: 900 };
/** The top bar and the table's head lie over the first rows. */
const coveredPx = 96;

interface UsersListProps {
  search: UsersSearch;
  /** Where the list starts instead of at the top. */
  from: string | undefined;
  ordering: Ordering;
  /** The rows are those of the list before; the ones asked for are on their way. */
  stale: boolean;
  /** How many there are, as far as it is known. */
  total: number | undefined;
  /** Absent for viewers who may change nobody. */
  selection: SelectionControl | undefined;
  selectAll: Parameters<typeof UsersHead>[0]['selectAll'];
  /** The person at the top of the view; undefined at the very top. */
  onPosition: (at: string | undefined) => void;
}

/** The people of one list, of any length: only the rows around the view are in the page. */
export function UsersList(props: UsersListProps) {
  const { search, from, ordering, stale, total, selection, selectAll, onPosition } = props;
  const [view, setView] = useState({ first: 0, last: 20 });
  const list = usePagedList<UserRow, ReturnType<typeof usersQuery>['queryKey']>({
    query: (range) => usersQuery(search, range, from),
    view,
    ahead: rowsAhead,
  });
  const body = useRef<HTMLTableSectionElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  useLayoutEffect(() => {
    const top = body.current?.getBoundingClientRect().top ?? 0;
    setScrollMargin(Math.round(top + window.scrollY));
  }, [from]);
  const { rowAt } = list;
  const [scrolled, setScrolled] = useState(false);
  const virtual = useWindowVirtualizer<HTMLTableRowElement>({
    count: list.count + (list.hasMore ? 6 : 0),
    estimateSize: () => rowHeightPx,
    overscan: scrolled ? overscan.scrolling : overscan.still,
    scrollMargin,
    initialRect: assumedWindow,
    initialOffset: 0,
    scrollPaddingStart: coveredPx,
    scrollPaddingEnd: coveredPx,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    setView((before) =>
      before.first === first && before.last === last ? before : { first, last },
    );
  }, [first, last]);

  const isScrolling = virtual.isScrolling;
  if (isScrolling && !scrolled) setScrolled(true);
  useEffect(() => {
    if (isScrolling) return;
    const offset = virtual.scrollOffset ?? 0;
    const top = virtual.getVirtualItemForOffset(offset + coveredPx);
    // A screenful down is where coming back to the same place starts to matter.
    const far = top !== undefined && offset > window.innerHeight;
    onPosition(far ? rowAt(top.index)?._id : from);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once, whenever scrolling ends
  }, [isScrolling]);

  const onSelect = useSelectByIndex(selection, rowAt);
  const current = useRowKeys({ list, virtual, body, onSelect: selection && onSelect });
  const gapAbove = (items[0]?.start ?? scrollMargin) - scrollMargin;
  const gapBelow = virtual.getTotalSize() - ((items.at(-1)?.end ?? scrollMargin) - scrollMargin);
  return (
    <Table
      role="table"
      aria-label="Users"
      aria-busy={stale}
      aria-rowcount={total === undefined ? -1 : total + 1}
      className={cn('transition-opacity max-md:block md:table-fixed', stale && 'opacity-60')}
    >
      <UsersHead ordering={ordering} selectAll={selectAll} />
      <tbody role="rowgroup" ref={body} className="max-md:block">
        <Gap height={gapAbove} />
        {items.map(({ index }) => {
          const user = rowAt(index);
          return user ? (
            <UsersRow
              // Not the virtualiser's: keys of its own would be asked for all rows, in every frame.
              key={user._id}
              user={user}
              index={index}
              current={current === index}
              selected={selection && isSelected(selection.selection, user._id)}
              onSelect={onSelect}
              measure={virtual.measureElement}
            />
          ) : (
            <PlaceholderRow key={index} index={index} />
          );
        })}
        <Gap height={gapBelow} />
      </tbody>
    </Table>
  );
}

type RowAt = (index: number) => UserRow | undefined;

/** Selects one row, or everybody from the one chosen last through it. Stable, for memoised rows. */
function useSelectByIndex(selection: SelectionControl | undefined, rowAt: RowAt) {
  const latest = useRef({ selection, rowAt, anchor: -1 });
  useEffect(() => {
    latest.current.selection = selection;
    latest.current.rowAt = rowAt;
  });
  return useCallback((index: number, shift: boolean) => {
    const { selection: control, rowAt: at, anchor } = latest.current;
    const row = at(index);
    if (!control || !row) return;
    const from = shift && anchor >= 0 ? anchor : index;
    const [low, high] = [Math.min(from, index), Math.max(from, index)];
    const through = Array.from({ length: high - low + 1 }, (_, step) => at(low + step)?._id);
    control.toggle(
      row._id,
      through.filter((id) => id !== undefined),
    );
    latest.current.anchor = index;
  }, []);
}

interface RowKeysOptions {
  list: { count: number; rowAt: RowAt };
  virtual: { scrollToIndex: (index: number) => void };
  body: { current: HTMLTableSectionElement | null };
  onSelect: ((index: number, shift: boolean) => void) | undefined;
}

/** `j` and `k` move through the rows; what else a row answers to counts for the current one. */
function useRowKeys({ list, virtual, body, onSelect }: RowKeysOptions): number | undefined {
  const [index, setIndex] = useState<number>();
  const navigate = useNavigate();
  const ask = useAsk();
  const actor = actorOf(useViewer());
  const user = index === undefined ? undefined : list.rowAt(index);
  const move = (by: number) => {
    const next = Math.min(Math.max((index ?? -1) + by, 0), list.count - 1);
    setIndex(next);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() =>
      body.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus({
        preventScroll: true,
      }),
    );
  };
  const group = 'Users';
  const onRow = (keys: string, label: string, run: (row: UserRow) => void) => ({
    keys,
    label,
    group,
    run: () => {
      if (user) run(user);
    },
  });
  useShortcuts([
    { keys: 'j', label: 'Next person', group, run: () => move(1) },
    { keys: 'k', label: 'Previous person', group, run: () => move(-1) },
    ...(user
      ? [
          onRow(
            'Enter',
            'Open the current person',
            ({ _id }) => void navigate({ to: '/admin/users/$id', params: { id: _id } }),
          ),
          ...(onSelect
            ? [onRow('x', 'Select the current person', () => onSelect(index ?? 0, false))]
            : []),
          onRow('e', 'Edit the name', (row) => {
            if (nameRefusal(actor, row) === undefined) ask(row, { kind: 'name' });
          }),
          onRow('m', 'Open the menu', () => {
            const row = body.current?.querySelector(`[data-index="${index}"]`);
            row?.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click();
          }),
        ]
      : []),
  ]);
  return index;
}
