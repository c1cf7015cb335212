import { createFileRoute, redirect } from '@tanstack/react-router';
import { firstAdminPage } from '../../components/navigation-items';
import { actorOf, loadedViewer } from '../../lib/live';

export const Route = createFileRoute('/_authed/admin/')({
  beforeLoad: ({ context }) => {
    const viewer = loadedViewer(context.queryClient);
    // Where the role includes none, the administration itself says so.
    const to = (viewer && firstAdminPage(actorOf(viewer))) ?? '/admin/users';
    throw redirect({ to, replace: true });
  },
});
