import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { api } from '../../../convex/_generated/api';
import { actorOf, loadedViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import { filterOf, type AuditSearch } from './search';

/** Entries on one page: each is two lines, so about two screens. */
export const entriesPerPage = 30;

/** The live query of the page that the address names, with its days in a zone. */
export function auditQuery(search: AuditSearch, zone: string) {
  return convexQuery(api.audit.list, {
    paginationOpts: { numItems: entriesPerPage, cursor: search.cursor ?? null },
    ...filterOf(search, zone),
  });
}

/** Loads the first entries into the first HTML, except where that would need the viewer's zone. */
export async function loadAudit(queryClient: QueryClient, search: AuditSearch): Promise<void> {
  const viewer = loadedViewer(queryClient);
  if (!viewer || !canSometimes(actorOf(viewer), 'audit:read') || search.from || search.to) return;
  const loading = queryClient.prefetchQuery(auditQuery(search, 'UTC'));
  if (typeof window === 'undefined') await loading;
}
