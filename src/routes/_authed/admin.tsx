import { createFileRoute } from '@tanstack/react-router';
import { AdminArea } from '../../features/session/admin-area';
import { refuseUnpermitted } from '../-guards';

export const Route = createFileRoute('/_authed/admin')({
  beforeLoad: ({ context }) => refuseUnpermitted(context.queryClient),
  component: AdminArea,
});
