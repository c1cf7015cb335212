import { createFileRoute } from '@tanstack/react-router';
import { requireViewer } from './-guards';
import { PaletteHost } from '../features/palette/palette-host';
import { SignedInLayout } from '../features/session/signed-in-layout';

export const Route = createFileRoute('/_authed')({
  beforeLoad: ({ context, location }) => requireViewer(context.queryClient, location.href),
  component: () => <SignedInLayout everywhere={<PaletteHost />} />,
});
