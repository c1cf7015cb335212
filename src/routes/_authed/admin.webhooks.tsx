import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { loadWebhooks } from '../../features/webhooks/queries';
import { webhooksSearch } from '../../features/webhooks/search';
import { WebhooksPage } from '../../features/webhooks/webhooks-page';

export const Route = createFileRoute('/_authed/admin/webhooks')({
  validateSearch: webhooksSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => loadWebhooks(context.queryClient, deps),
  head: () => ({ meta: [{ title: `Webhooks · ${appConfig.name}` }] }),
  component: WebhooksRoute,
});

function WebhooksRoute() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <WebhooksPage
      search={search}
      onSearch={(next, options) => void navigate({ search: next, ...options })}
    />
  );
}
