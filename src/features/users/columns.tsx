import { createColumnHelper, tableFeatures } from '@tanstack/react-table';
import { Avatar } from '../../components/ui/avatar';
import { Instant } from '../../components/instant';
import { RoleBadge } from '../../components/role-badge';
import type { UserSort } from '../../shared/people';
import { PushStatus } from './push-status';
import type { UserRow } from './queries';
import { RoleMarks, StateBadge } from './row-marks';
import { RowMenu } from './row-menu';

export const features = tableFeatures({});
const helper = createColumnHelper<typeof features, UserRow>();

/** Per column: which order a click on its head asks for, and where it sits in a phone's card. */
export interface ColumnLayout {
  sort?: UserSort;
  cell: string;
  /** Names the value in a card, where there is no column head. */
  cardLabel?: string;
}

export const layouts: Record<string, ColumnLayout> = {
  person: {
    sort: 'name',
    cell: 'max-md:col-start-1 max-md:row-start-1 md:w-[30%] md:min-w-52 md:max-w-0',
  },
  role: { cell: 'max-md:col-span-2 max-md:row-start-2', cardLabel: 'Role' },
  state: { cell: 'max-md:col-span-2', cardLabel: 'State' },
  push: { cell: 'max-md:col-span-2', cardLabel: 'Clerk' },
  created: {
    sort: 'createdAt',
    cell: 'max-md:col-span-2 text-xs text-muted-foreground',
    cardLabel: 'Created',
  },
  lastLogin: {
    sort: 'lastLoginAt',
    cell: 'max-md:col-span-2 text-xs text-muted-foreground',
    cardLabel: 'Last sign-in',
  },
  menu: { cell: 'max-md:col-start-2 max-md:row-start-1 md:w-12 md:text-right' },
};

function Person({ user }: { user: UserRow }) {
  return (
    <span className="flex min-w-0 items-center gap-3">
      <Avatar name={user.name} imageUrl={user.imageUrl} />
      <span className="grid min-w-0">
        <span className="truncate font-medium">{user.name}</span>
        <span className="truncate text-xs text-muted-foreground">{user.email ?? 'No email'}</span>
      </span>
    </span>
  );
}

export const columns = helper.columns([
  helper.display({
    id: 'person',
    header: 'Name',
    cell: ({ row }) => <Person user={row.original} />,
  }),
  helper.display({
    id: 'role',
    header: 'Role',
    cell: ({ row }) => (
      <span className="flex flex-wrap items-center gap-1.5">
        <RoleBadge role={row.original.role} />
        <RoleMarks user={row.original} />
      </span>
    ),
  }),
  helper.display({
    id: 'state',
    header: 'State',
    cell: ({ row }) => <StateBadge user={row.original} />,
  }),
  helper.display({
    id: 'push',
    header: 'Clerk',
    cell: ({ row }) => <PushStatus user={row.original} />,
  }),
  helper.display({
    id: 'created',
    header: 'Created',
    cell: ({ row }) => <Instant at={row.original.createdAt} />,
  }),
  helper.display({
    id: 'lastLogin',
    header: 'Last sign-in',
    cell: ({ row }) => <Instant at={row.original.lastLoginAt} />,
  }),
  helper.display({
    id: 'menu',
    header: () => <span className="sr-only">Actions</span>,
    cell: ({ row }) => <RowMenu user={row.original} />,
  }),
]);
