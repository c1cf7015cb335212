import { createFileRoute } from '@tanstack/react-router';
import { handleRest } from '../../server/rest/serve';

export const Route = createFileRoute('/api/v1/$')({
  server: { handlers: { ANY: ({ request }) => handleRest(request) } },
});
