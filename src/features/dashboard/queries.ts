import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';
import { actorOf, loadedViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';

export type Stats = FunctionReturnType<typeof api.users.stats>;

export const statsQuery = convexQuery(api.users.stats, {});

export async function loadDashboard(queryClient: QueryClient): Promise<void> {
  const viewer = loadedViewer(queryClient);
  if (!viewer || !canSometimes(actorOf(viewer), 'directory:read')) return;
  const loading = queryClient.prefetchQuery(statsQuery);
  if (typeof window === 'undefined') await loading;
}
