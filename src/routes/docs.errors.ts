import { createFileRoute } from '@tanstack/react-router';
import { errorsGuide } from '../server/errors-guide';

export const Route = createFileRoute('/docs/errors')({
  server: { handlers: { GET: () => errorsGuide() } },
});
