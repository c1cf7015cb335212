import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { AuditPage } from '../../features/audit/audit-page';
import { loadAudit } from '../../features/audit/queries';
import { auditSearch } from '../../features/audit/search';

export const Route = createFileRoute('/_authed/admin/audit')({
  validateSearch: auditSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => loadAudit(context.queryClient, deps),
  head: () => ({ meta: [{ title: `Audit log · ${appConfig.name}` }] }),
  component: AuditRoute,
});

function AuditRoute() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <AuditPage
      search={search}
      onSearch={(next, options) => void navigate({ search: next, ...options })}
    />
  );
}
