import { createFileRoute } from '@tanstack/react-router';
import { handleRest } from '../../server/rest/serve';

export const Route = createFileRoute('/api/admin/$')({
  server: { handlers: { ANY: ({ request }) => handleRest(request) } },
});
