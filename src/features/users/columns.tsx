import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Avatar } from '../../components/ui/avatar';
import { Instant } from '../../components/instant';
import type { UserSort } from '../../shared/people';
import type { UserRow } from './queries';
import { PushCell, RoleCell, StateCell } from './row-cells';
import { RowMenu } from './row-menu';

/** One column: its head, what a click on the head orders by, its cell and its place in a card. */
export interface Column {
  id: string;
  header: string;
  sort?: UserSort;
  /** Whether people may hide it. */
  optional?: boolean;
  /** Shown on a wide screen only (`xl`), where there is room for it. */
  wide?: boolean;
  className: string;
  render: (user: UserRow) => ReactNode;
}

function Person({ user }: { user: UserRow }) {
  return (
    <span className="flex min-w-0 items-center gap-3">
      <Avatar name={user.name} imageUrl={user.imageUrl} />
      <span className="grid min-w-0">
        <Link
          to="/admin/users/$id"
          params={{ id: user._id }}
          className="truncate rounded-sm font-medium outline-none hover:underline focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          {user.name}
        </Link>
        <span className="truncate text-xs text-muted-foreground">{user.email ?? 'No email'}</span>
      </span>
    </span>
  );
}

/** Not on a phone, where a card says what matters; the person's own page has everything. */
const moment =
  'max-md:hidden max-xl:hidden text-xs text-muted-foreground w-28 [&_time]:whitespace-normal';

export const columns: readonly Column[] = [
  {
    id: 'person',
    header: 'Name',
    sort: 'name',
    className: 'max-md:order-1 max-md:flex-[1_0_calc(100%-6rem)]',
    render: (user) => <Person user={user} />,
  },
  {
    id: 'role',
    header: 'Role',
    className: 'max-md:order-3 max-md:max-w-32 md:w-30 2xl:w-36',
    render: (user) => <RoleCell user={user} />,
  },
  {
    id: 'state',
    header: 'State',
    optional: true,
    className: 'max-md:order-4 md:w-32 2xl:w-36',
    render: (user) => <StateCell user={user} />,
  },
  {
    id: 'push',
    header: 'Clerk',
    optional: true,
    className: 'max-md:order-5 max-md:h-6 max-md:flex-1 max-md:basis-0 md:w-46 xl:w-48 2xl:w-56',
    render: (user) => <PushCell user={user} />,
  },
  {
    id: 'created',
    header: 'Created',
    sort: 'createdAt',
    optional: true,
    wide: true,
    className: moment,
    render: (user) => <Instant at={user.createdAt} />,
  },
  {
    id: 'lastSignIn',
    header: 'Last sign-in',
    sort: 'lastSignInAt',
    optional: true,
    wide: true,
    className: moment,
    render: (user) => <Instant at={user.lastSignInAt} />,
  },
  {
    id: 'lastLogin',
    header: 'Last here',
    sort: 'lastLoginAt',
    optional: true,
    wide: true,
    className: moment,
    render: (user) => <Instant at={user.lastLoginAt} />,
  },
  {
    id: 'menu',
    header: 'Actions',
    className: 'max-md:order-2 max-md:ml-auto md:w-12 md:text-right',
    render: (user) => <RowMenu user={user} />,
  },
];
