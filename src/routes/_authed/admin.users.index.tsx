import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { loadUsers } from '../../features/users/queries';
import { usersSearch } from '../../features/users/search';
import { UsersPage } from '../../features/users/users-page';

export const Route = createFileRoute('/_authed/admin/users/')({
  validateSearch: usersSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => loadUsers(context.queryClient, deps),
  head: () => ({ meta: [{ title: `Users · ${appConfig.name}` }] }),
  component: UsersRoute,
});

function UsersRoute() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <UsersPage
      search={search}
      onSearch={(next, options) => void navigate({ search: next, ...options })}
    />
  );
}
