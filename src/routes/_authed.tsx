import { createFileRoute } from '@tanstack/react-router';
import { requireViewer } from './-guards';
import { SignedInLayout } from '../features/session/signed-in-layout';

export const Route = createFileRoute('/_authed')({
  beforeLoad: ({ context, location }) => requireViewer(context.queryClient, location.href),
  component: SignedInLayout,
});
