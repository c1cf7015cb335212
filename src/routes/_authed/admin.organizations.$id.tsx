import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { Vault } from '../../features/credentials/vault';
import { OrganizationPage } from '../../features/organizations/organization-page';
import { loadOrganization } from '../../features/organizations/queries';
import { organizationSearch } from '../../features/organizations/search';

export const Route = createFileRoute('/_authed/admin/organizations/$id')({
  validateSearch: organizationSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps, params }) => loadOrganization(context.queryClient, params.id, deps),
  head: () => ({ meta: [{ title: `Organization · ${appConfig.name}` }] }),
  component: OrganizationRoute,
});

function OrganizationRoute() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <OrganizationPage
      key={id}
      id={id}
      search={search}
      onSearch={(next) => void navigate({ search: next, resetScroll: false })}
      vault={({ _id, status }) => <Vault organizationId={_id} closed={status === 'deleted'} />}
    />
  );
}
