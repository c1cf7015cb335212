/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role, jsx-a11y/control-has-associated-label --
   on a phone the display of these elements changes, which takes their own roles away in some browsers */
import { ArrowDownIcon, ArrowUpIcon, ChevronsUpDownIcon } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { Skeleton } from '../../components/ui/skeleton';
import { TableCell, TableHead, TableRow } from '../../components/ui/table';
import { cn } from '../../lib/cn';
import type { UserSort } from '../../shared/people';
import { columns } from './columns';
import { useExpected } from './expected';
import type { UserRow } from './queries';

export interface Ordering {
  sort: UserSort;
  order: 'asc' | 'desc';
  /** Absent where the list has an order of its own, as a search does. */
  onSort?: (sort: UserSort) => void;
}

interface SortableHeadProps {
  className: string;
  sort: UserSort;
  ordering: Ordering;
  column: string;
  children: ReactNode;
}

function SortableHead({ className, sort, ordering, column, children }: SortableHeadProps) {
  const { onSort } = ordering;
  if (!onSort) {
    return (
      <TableHead role="columnheader" data-column={column} className={className}>
        {children}
      </TableHead>
    );
  }
  const active = ordering.sort === sort;
  const Arrow = active
    ? ordering.order === 'asc'
      ? ArrowUpIcon
      : ArrowDownIcon
    : ChevronsUpDownIcon;
  const direction = ordering.order === 'asc' ? 'ascending' : 'descending';
  return (
    <TableHead
      role="columnheader"
      data-column={column}
      className={className}
      aria-sort={active ? direction : 'none'}
    >
      <button
        type="button"
        onClick={() => onSort(sort)}
        className="-mx-2 inline-flex items-center gap-1 rounded-md px-2 py-1 outline-none hover:bg-accent hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50"
      >
        {children}
        <Arrow className={cn('size-3.5', !active && 'opacity-50')} aria-hidden />
      </button>
    </TableHead>
  );
}

const selectCell = 'w-10 max-md:w-auto md:pr-0';
export const checkbox =
  'size-4 cursor-pointer rounded accent-primary align-middle outline-none disabled:cursor-not-allowed disabled:opacity-50 focus-visible:ring-[3px] focus-visible:ring-ring/50';

interface UsersHeadProps {
  ordering: Ordering;
  /** Absent for viewers who may change nobody. */
  selectAll?: {
    checked: boolean | 'mixed';
    disabled: boolean;
    label: string;
    onChange: (on: boolean) => void;
  };
}

export function UsersHead({ ordering, selectAll }: UsersHeadProps) {
  return (
    <thead
      role="rowgroup"
      className="sticky top-14 z-10 max-md:sr-only [&_th]:bg-card [&_th]:shadow-[inset_0_-1px_0_var(--border)] [&_th:first-child]:rounded-tl-xl [&_th:last-child]:rounded-tr-xl"
    >
      <tr role="row" aria-rowindex={1}>
        {selectAll && (
          <TableHead role="columnheader" className={selectCell}>
            <input
              type="checkbox"
              aria-label={selectAll.label}
              title={selectAll.label}
              disabled={selectAll.disabled}
              checked={selectAll.checked === true}
              ref={(box) => {
                if (box) box.indeterminate = selectAll.checked === 'mixed';
              }}
              onChange={(event) => selectAll.onChange(event.target.checked)}
              className={checkbox}
            />
          </TableHead>
        )}
        {columns.map(({ id, header, sort, className }) => {
          const text = id === 'menu' ? <span className="sr-only">{header}</span> : header;
          return sort ? (
            <SortableHead
              key={id}
              className={className}
              sort={sort}
              ordering={ordering}
              column={id}
            >
              {text}
            </SortableHead>
          ) : (
            <TableHead role="columnheader" key={id} data-column={id} className={className}>
              {text}
            </TableHead>
          );
        })}
      </tr>
    </thead>
  );
}

const rowLayout =
  'outline-none max-md:flex max-md:flex-wrap max-md:items-center max-md:gap-x-2.5 max-md:gap-y-1.5 max-md:p-3';
const cellLayout = 'max-md:block max-md:min-w-0 max-md:p-0';

interface UsersRowProps {
  user: UserRow;
  index: number;
  current: boolean;
  /** Absent for viewers who may change nobody. */
  selected?: boolean;
  onSelect: (index: number, shift: boolean) => void;
  measure: (row: HTMLTableRowElement | null) => void;
}

/** One person. Memoised: scrolling and selecting draw only the rows that changed. */
export const UsersRow = memo(function UsersRow(props: UsersRowProps) {
  const { index, current, selected, onSelect, measure } = props;
  const user = useExpected(props.user);
  return (
    <TableRow
      ref={measure}
      role="row"
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={selected}
      tabIndex={-1}
      className={cn(
        rowLayout,
        selected && 'bg-primary/6 hover:bg-primary/9',
        current && 'shadow-[inset_3px_0_0_var(--primary)]',
        'focus-visible:bg-muted/80',
      )}
    >
      {selected !== undefined && (
        <TableCell role="cell" className={cn(cellLayout, selectCell)}>
          <input
            type="checkbox"
            aria-label={`Select ${user.name}`}
            checked={selected}
            onClick={(event) => onSelect(index, event.shiftKey)}
            // The click says whether shift was held; this only keeps React from warning.
            onChange={() => undefined}
            className={checkbox}
          />
        </TableCell>
      )}
      {columns.map(({ id, className, render }) => (
        <TableCell role="cell" key={id} data-column={id} className={cn(cellLayout, className)}>
          {render(user)}
        </TableCell>
      ))}
    </TableRow>
  );
});

/** Columns that nobody can hide: spanning more would add an empty one to the table. */
const alwaysShown = 2;

/** Keeps the place of a person who is on the way. */
export function PlaceholderRow({ index }: { index: number }) {
  return (
    <tr role="row" aria-rowindex={index + 2} className="border-b max-md:block">
      <td role="cell" colSpan={alwaysShown} className="px-3 py-2.5 max-md:block">
        <span className="flex h-9 items-center gap-3">
          <Skeleton className="size-9 rounded-full" />
          <Skeleton className="h-4 w-40" />
          <Skeleton className="ml-auto hidden h-4 w-64 sm:block" />
          <span className="sr-only">Loading</span>
        </span>
      </td>
    </tr>
  );
}

/** As high as the rows that are not in the page. */
export function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden className="max-md:block" style={{ height }}>
      <td className="p-0" />
    </tr>
  );
}
