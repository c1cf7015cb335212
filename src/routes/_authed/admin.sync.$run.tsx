import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { Permitted } from '../../components/permitted';
import { loadRun } from '../../features/sync/queries';
import { RunPage } from '../../features/sync/run-page';

export const Route = createFileRoute('/_authed/admin/sync/$run')({
  loader: ({ context, params }) => loadRun(context.queryClient, params.run),
  head: () => ({ meta: [{ title: `Sync run · ${appConfig.name}` }] }),
  component: RunRoute,
});

function RunRoute() {
  const { run } = Route.useParams();
  return (
    <Permitted to="sync:read">
      <RunPage runId={run} />
    </Permitted>
  );
}
