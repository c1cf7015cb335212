import { createFileRoute } from '@tanstack/react-router';
import { serveOpenApi } from '../../server/rest/serve';

export const Route = createFileRoute('/api/openapi.json')({
  server: { handlers: { ANY: ({ request }) => serveOpenApi(request) } },
});
