import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { UsersIcon } from 'lucide-react';
import { PartyLink } from '../../components/audit/party-link';
import { Instant } from '../../components/instant';
import { LoadError } from '../../components/load-error';
import { LoadingList } from '../../components/loading-list';
import { Notice } from '../../components/notice';
import { Pager } from '../../components/pager';
import { RoleBadge } from '../../components/role-badge';
import { Avatar } from '../../components/ui/avatar';
import { Badge } from '../../components/ui/badge';
import { NativeSelect } from '../../components/ui/native-select';
import { Table, TableCell, TableHead, TableRow } from '../../components/ui/table';
import { cn } from '../../lib/cn';
import { membersQuery, type MemberRow } from './queries';
import type { OrganizationSearch } from './search';

interface MembersProps {
  id: string;
  search: OrganizationSearch;
  onSearch: (search: OrganizationSearch) => void;
}

const statusOptions = [
  { value: 'active', label: 'Members' },
  { value: 'deleted', label: 'Former members' },
] as const;

function Person({ row: { user, userExternalId } }: { row: MemberRow }) {
  if (user === null) {
    return (
      <span className="flex items-center gap-3">
        <Avatar name="?" />
        <span className="grid min-w-0 justify-items-start gap-0.5">
          <span className="font-mono text-xs wrap-anywhere">
            {userExternalId ?? 'Not said yet'}
          </span>
          <Badge variant="warning">Has not arrived yet</Badge>
        </span>
      </span>
    );
  }
  return (
    <span className="flex items-center gap-3">
      <Avatar name={user.name} {...(user.imageUrl && { imageUrl: user.imageUrl })} />
      <span className="grid min-w-0">
        <PartyLink
          party={{ ref: `user:${userExternalId ?? ''}`, name: user.name, userId: user._id }}
        />
        <span className="text-xs wrap-anywhere text-muted-foreground">
          {user.email ?? 'No email'}
        </span>
      </span>
    </span>
  );
}

/** `org:admin` as `admin`: every role here is one of an organization. */
const roleName = (role: string) => role.replace(/^org:/, '');

function Row({ row }: { row: MemberRow }) {
  return (
    <TableRow className="max-md:grid max-md:gap-1.5 max-md:p-3">
      <TableCell className="max-md:p-0">
        <Person row={row} />
      </TableCell>
      <TableCell className="max-md:p-0">
        <span className="flex flex-wrap items-center gap-1.5">
          <Badge variant="outline">{roleName(row.role)}</Badge>
          {row.permissions.length > 0 && (
            <details className="text-xs text-muted-foreground">
              <summary className="cursor-pointer rounded-sm outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50">
                {row.permissions.length}{' '}
                {row.permissions.length === 1 ? 'permission' : 'permissions'}
              </summary>
              <ul className="mt-1">
                {row.permissions.map((permission) => (
                  <li key={permission} className="font-mono wrap-anywhere">
                    {permission}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </span>
      </TableCell>
      <TableCell className="max-md:p-0">
        {row.user && (
          <span className="flex flex-wrap items-center gap-1.5">
            <RoleBadge role={row.user.role} />
            {row.user.state !== 'active' && <Badge variant="warning">{row.user.state}</Badge>}
          </span>
        )}
      </TableCell>
      <TableCell className="text-xs text-muted-foreground max-md:p-0">
        <span className="md:hidden">Joined </span>
        <Instant at={row.joinedAt} />
      </TableCell>
    </TableRow>
  );
}

/** Who belongs to an organization, or did, also those whose person has not arrived. */
export function Members({ id, search, onSearch }: MembersProps) {
  const query = useQuery({ ...membersQuery(id, search), placeholderData: keepPreviousData });
  const { data } = query;
  const rows = data?.page ?? [];
  const next = data && !data.isDone && !query.isPlaceholderData ? data.continueCursor : undefined;
  const { cursor: _cursor, page: _page, ...list } = search;
  const content = () => {
    if (query.error) return <LoadError what="list of members" error={query.error} />;
    if (!data) return <LoadingList label="Loading members" rows={4} />;
    if (rows.length === 0) {
      const title = search.members === 'deleted' ? 'Nobody has left' : 'Nobody belongs to it';
      return <Notice icon={<UsersIcon aria-hidden />} title={title} className="py-10" />;
    }
    return (
      <Table
        aria-label="Members"
        aria-busy={query.isPlaceholderData}
        className={cn('transition-opacity max-md:block', query.isPlaceholderData && 'opacity-60')}
      >
        <thead className="border-b bg-muted/50 max-md:sr-only">
          <tr>
            <TableHead>Person</TableHead>
            <TableHead>Role in the organization</TableHead>
            <TableHead>Role here</TableHead>
            <TableHead>Joined</TableHead>
          </tr>
        </thead>
        <tbody className="max-md:block">
          {rows.map((row) => (
            <Row key={row.externalId} row={row} />
          ))}
        </tbody>
      </Table>
    );
  };
  return (
    <section aria-labelledby="members-title" className="mb-8">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <h2 id="members-title" className="text-lg font-semibold">
          Members
        </h2>
        <NativeSelect
          label="Which members"
          value={search.members ?? 'active'}
          options={statusOptions}
          onChange={(status) => onSearch({ members: status === 'active' ? undefined : status })}
        />
      </div>
      <div className="mb-3 overflow-hidden rounded-xl border bg-card shadow-xs">{content()}</div>
      {(next !== undefined || search.cursor) && (
        <Pager
          position={search}
          nextCursor={next}
          listKey={`${id}${JSON.stringify(list)}`}
          onMove={(position) => onSearch({ ...list, ...position })}
        />
      )}
    </section>
  );
}
