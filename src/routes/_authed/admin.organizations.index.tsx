import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { OrganizationsPage } from '../../features/organizations/organizations-page';
import { loadOrganizations } from '../../features/organizations/queries';
import { organizationsSearch } from '../../features/organizations/search';

export const Route = createFileRoute('/_authed/admin/organizations/')({
  validateSearch: organizationsSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => loadOrganizations(context.queryClient, deps),
  head: () => ({ meta: [{ title: `Organizations · ${appConfig.name}` }] }),
  component: OrganizationsRoute,
});

function OrganizationsRoute() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <OrganizationsPage
      search={search}
      onSearch={(next, options) => void navigate({ search: next, ...options })}
    />
  );
}
