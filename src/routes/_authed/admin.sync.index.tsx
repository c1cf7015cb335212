import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { Permitted } from '../../components/permitted';
import { loadSync } from '../../features/sync/queries';
import { syncSearch } from '../../features/sync/search';
import { SyncPage } from '../../features/sync/sync-page';

export const Route = createFileRoute('/_authed/admin/sync/')({
  validateSearch: syncSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => loadSync(context.queryClient, deps),
  head: () => ({ meta: [{ title: `Sync · ${appConfig.name}` }] }),
  component: SyncRoute,
});

function SyncRoute() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <Permitted to="sync:read">
      <SyncPage search={search} onSearch={(next) => void navigate({ search: next })} />
    </Permitted>
  );
}
