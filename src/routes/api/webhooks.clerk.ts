import { createFileRoute } from '@tanstack/react-router';
import { handleWebhook } from '../../server/webhook-handler';

export const Route = createFileRoute('/api/webhooks/clerk')({
  server: { handlers: { ANY: ({ request }) => handleWebhook(request) } },
});
