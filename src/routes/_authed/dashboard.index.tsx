import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { DashboardPage } from '../../features/dashboard/dashboard-page';
import { loadDashboard } from '../../features/dashboard/queries';

export const Route = createFileRoute('/_authed/dashboard/')({
  loader: ({ context }) => loadDashboard(context.queryClient),
  head: () => ({ meta: [{ title: `Dashboard · ${appConfig.name}` }] }),
  component: DashboardPage,
});
