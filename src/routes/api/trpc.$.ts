import { createFileRoute } from '@tanstack/react-router';
import { handleTrpc } from '../../server/trpc-handler';

export const Route = createFileRoute('/api/trpc/$')({
  server: { handlers: { ANY: ({ request }) => handleTrpc(request) } },
});
