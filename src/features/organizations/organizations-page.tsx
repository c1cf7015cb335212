import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Building2Icon, SearchIcon, SearchXIcon } from 'lucide-react';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { LoadingList } from '../../components/loading-list';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { Pager } from '../../components/pager';
import { Permitted } from '../../components/permitted';
import { SearchField } from '../../components/search-field';
import { Avatar } from '../../components/ui/avatar';
import { Badge } from '../../components/ui/badge';
import { Button } from '../../components/ui/button';
import { NativeSelect } from '../../components/ui/native-select';
import { Table, TableCell, TableHead, TableRow } from '../../components/ui/table';
import { cn } from '../../lib/cn';
import { organizationsQuery, type OrganizationRow } from './queries';
import type { OrganizationsSearch } from './search';

interface OrganizationsPageProps {
  search: OrganizationsSearch;
  onSearch: (search: OrganizationsSearch, options?: { replace: boolean }) => void;
}

const statusOptions = [
  { value: 'active', label: 'Active' },
  { value: 'deleted', label: 'Deleted' },
] as const;

const noRows: OrganizationRow[] = [];

export function StatusBadge({ status }: Pick<OrganizationRow, 'status'>) {
  return status === 'active' ? (
    <Badge variant="success">Active</Badge>
  ) : (
    <Badge variant="destructive">Deleted</Badge>
  );
}

function Row({ row }: { row: OrganizationRow }) {
  return (
    <TableRow className="max-md:grid max-md:gap-1.5 max-md:p-3">
      <TableCell className="max-md:p-0">
        <Link
          to="/admin/organizations/$id"
          params={{ id: row._id }}
          className="flex min-w-0 items-center gap-3 rounded-md outline-none hover:underline focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          <Avatar name={row.name} {...(row.imageUrl && { imageUrl: row.imageUrl })} />
          <span className="grid min-w-0">
            <span className="font-medium wrap-anywhere">{row.name}</span>
            {row.slug && (
              <span className="text-xs wrap-anywhere text-muted-foreground">{row.slug}</span>
            )}
          </span>
        </Link>
      </TableCell>
      <TableCell className="max-md:p-0">
        <StatusBadge status={row.status} />
      </TableCell>
      <TableCell className="tabular-nums max-md:p-0 max-md:text-xs max-md:text-muted-foreground">
        {row.members.toLocaleString('en')}
        <span className="md:hidden"> {row.members === 1 ? 'member' : 'members'}</span>
      </TableCell>
      <TableCell className="text-xs text-muted-foreground max-md:p-0">
        <span className="md:hidden">Created </span>
        <Instant at={row.createdAt} />
      </TableCell>
    </TableRow>
  );
}

function Nothing({ search, onSearch }: OrganizationsPageProps) {
  if (search.q || search.cursor || search.status) {
    return (
      <Notice icon={<SearchXIcon aria-hidden />} title="No organization fits">
        <Button variant="outline" onClick={() => onSearch({})}>
          Show all organizations
        </Button>
      </Notice>
    );
  }
  return (
    <Notice icon={<Building2Icon aria-hidden />} title="There is no organization yet">
      <p>
        Organizations are made in Clerk. They appear here as soon as Clerk says so, by webhook or by
        a sync.
      </p>
    </Notice>
  );
}

/** E5: the organizations of Clerk, live, searched by name. */
export function OrganizationsPage({ search, onSearch }: OrganizationsPageProps) {
  const query = useQuery({ ...organizationsQuery(search), placeholderData: keepPreviousData });
  const { data } = query;
  const rows = data?.page ?? noRows;
  const next = data && !data.isDone && !query.isPlaceholderData ? data.continueCursor : undefined;
  const { cursor: _cursor, page: _page, ...list } = search;
  const content = () => {
    if (query.error) {
      const retry = () => (search.cursor ? onSearch(list) : window.location.reload());
      return <LoadError what="list" error={query.error} onRetry={retry} />;
    }
    if (!data) return <LoadingList label="Loading organizations" />;
    if (rows.length === 0) return <Nothing search={search} onSearch={onSearch} />;
    return (
      <Table
        aria-label="Organizations"
        aria-busy={query.isPlaceholderData}
        className={cn('transition-opacity max-md:block', query.isPlaceholderData && 'opacity-60')}
      >
        <thead className="border-b bg-muted/50 max-md:sr-only">
          <tr>
            <TableHead>Name</TableHead>
            <TableHead>Status</TableHead>
            <TableHead>Members</TableHead>
            <TableHead>Created</TableHead>
          </tr>
        </thead>
        <tbody className="max-md:block">
          {rows.map((row) => (
            <Row key={row._id} row={row} />
          ))}
        </tbody>
      </Table>
    );
  };
  return (
    <Permitted to="organizations:read">
      <PageHeader
        title="Organizations"
        description="As Clerk has them, with who belongs to them."
      />
      <search className="mb-4 flex flex-wrap items-center gap-2">
        <SearchField
          label="Search by name"
          icon={<SearchIcon aria-hidden />}
          value={search.q ?? ''}
          onChange={(q) => onSearch({ ...list, q: q || undefined }, { replace: true })}
          className="w-full sm:w-72"
        />
        <NativeSelect
          label="Status"
          className="max-sm:flex-1"
          value={search.status ?? 'active'}
          options={statusOptions}
          onChange={(status) =>
            onSearch({ ...list, status: status === 'active' ? undefined : status })
          }
        />
      </search>
      <div className="mb-4 overflow-hidden rounded-xl border bg-card shadow-xs">{content()}</div>
      {(rows.length > 0 || search.cursor) && (
        <Pager
          position={search}
          nextCursor={next}
          listKey={JSON.stringify(list)}
          onMove={(position) => onSearch({ ...list, ...position })}
          summary={search.q ? ' · best match first' : ' · by name'}
        />
      )}
    </Permitted>
  );
}
