import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { DirectoryPage } from '../../features/directory/directory-page';
import { loadDirectory } from '../../features/directory/queries';
import { directorySearch } from '../../features/directory/search';

export const Route = createFileRoute('/_authed/dashboard/users')({
  validateSearch: directorySearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => loadDirectory(context.queryClient, deps),
  head: () => ({ meta: [{ title: `Directory · ${appConfig.name}` }] }),
  component: DirectoryRoute,
});

function DirectoryRoute() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return <DirectoryPage search={search} onSearch={(next) => void navigate({ search: next })} />;
}
