import { createFileRoute } from '@tanstack/react-router';
import { handleAuditExport } from '../../server/audit/export-handler';

export const Route = createFileRoute('/api/audit/export')({
  server: { handlers: { ANY: ({ request }) => handleAuditExport(request) } },
});
