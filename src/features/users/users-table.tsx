/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role --
   on a phone the display of these elements changes, which takes their own roles away in some browsers */
import { useTable } from '@tanstack/react-table';
import { ArrowDownIcon, ArrowUpIcon, ChevronsUpDownIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Table, TableCell, TableHead, TableRow } from '../../components/ui/table';
import { cn } from '../../lib/cn';
import type { UserSort } from '../../shared/people';
import { columns, features, layouts } from './columns';
import type { UserRow } from './queries';

export interface Ordering {
  sort: UserSort;
  order: 'asc' | 'desc';
  /** Absent while a search ranks by relevance. */
  onSort?: (sort: UserSort) => void;
}

function SortableHead({
  sort,
  ordering,
  children,
}: {
  sort: UserSort;
  ordering: Ordering;
  children: ReactNode;
}) {
  const { onSort } = ordering;
  if (!onSort) return <TableHead role="columnheader">{children}</TableHead>;
  const active = ordering.sort === sort;
  const Arrow = active
    ? ordering.order === 'asc'
      ? ArrowUpIcon
      : ArrowDownIcon
    : ChevronsUpDownIcon;
  const direction = ordering.order === 'asc' ? 'ascending' : 'descending';
  return (
    <TableHead role="columnheader" aria-sort={active ? direction : 'none'}>
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

interface UsersTableProps {
  rows: UserRow[];
  ordering: Ordering;
  /** The rows are those of the page before; the ones asked for are on their way. */
  stale: boolean;
}

/**
 * The people of one page. On a phone each row becomes a card; the roles are written out because
 * changing `display` would take the table's meaning away from screen readers.
 */
export function UsersTable({ rows, ordering, stale }: UsersTableProps) {
  const table = useTable({ features, columns, data: rows, getRowId: (row) => row._id });
  return (
    <Table
      role="table"
      aria-label="Users"
      aria-busy={stale}
      className={cn('transition-opacity max-md:block', stale && 'opacity-60')}
    >
      <thead role="rowgroup" className="border-b bg-muted/50 max-md:sr-only">
        {table.getHeaderGroups().map((group) => (
          <tr role="row" key={group.id}>
            {group.headers.map((header) => {
              const sort = layouts[header.column.id]?.sort;
              const content = <table.FlexRender header={header} />;
              return sort ? (
                <SortableHead key={header.id} sort={sort} ordering={ordering}>
                  {content}
                </SortableHead>
              ) : (
                <TableHead role="columnheader" key={header.id}>
                  {content}
                </TableHead>
              );
            })}
          </tr>
        ))}
      </thead>
      <tbody role="rowgroup" className="max-md:block">
        {table.getRowModel().rows.map((row) => (
          <TableRow
            role="row"
            key={row.id}
            className="max-md:grid max-md:grid-cols-[minmax(0,1fr)_auto] max-md:gap-y-1.5 max-md:p-3"
          >
            {row.getAllCells().map((cell) => {
              const layout = layouts[cell.column.id];
              return (
                <TableCell
                  role="cell"
                  key={cell.id}
                  className={cn(
                    'max-md:flex max-md:min-w-0 max-md:items-baseline max-md:gap-2 max-md:p-0',
                    layout?.cell,
                  )}
                >
                  {layout?.cardLabel && (
                    <span
                      aria-hidden
                      className="w-22 shrink-0 text-xs text-muted-foreground md:hidden"
                    >
                      {layout.cardLabel}
                    </span>
                  )}
                  <table.FlexRender cell={cell} />
                </TableCell>
              );
            })}
          </TableRow>
        ))}
      </tbody>
    </Table>
  );
}
