import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';
import { actorOf, loadedViewer } from '../../lib/live';
import { canSometimes, type Permission } from '../../shared/permissions';

export type Stats = FunctionReturnType<typeof api.users.stats>;
export type Health = FunctionReturnType<typeof api.webhooks.health>;
export type SyncStatus = FunctionReturnType<typeof api.sync.status>;
export type Brake = FunctionReturnType<typeof api.brakes.list>[number];
export type Alarm = FunctionReturnType<typeof api.alarms.list>['page'][number];

/** Lines of the lists on the dashboard; the audit page has the rest. */
const recentShown = 8;
const alarmsShown = 5;

export const statsQuery = convexQuery(api.users.stats, {});
export const healthQuery = convexQuery(api.webhooks.health, {});
export const syncQuery = convexQuery(api.sync.status, {});
export const activityQuery = convexQuery(api.dashboard.activity, {});
export const brakesQuery = convexQuery(api.brakes.list, {});
export const alarmsQuery = convexQuery(api.alarms.list, {
  paginationOpts: { numItems: alarmsShown, cursor: null },
});
export const alarmCountQuery = convexQuery(api.alarms.count, {});
export const alarmEntriesQuery = convexQuery(api.audit.list, {
  alarm: true,
  paginationOpts: { numItems: 20, cursor: null },
});
export const recentQuery = convexQuery(api.audit.list, {
  paginationOpts: { numItems: recentShown, cursor: null },
});

/** Loads what the viewer may see into the first HTML; parts of it never hold each other up. */
export async function loadDashboard(queryClient: QueryClient): Promise<void> {
  const viewer = loadedViewer(queryClient);
  if (!viewer) return;
  const may = (permission: Permission) => canSometimes(actorOf(viewer), permission);
  const loading = Promise.all([
    may('directory:read') && queryClient.prefetchQuery(statsQuery),
    may('deliveries:read') && queryClient.prefetchQuery(healthQuery),
    may('sync:read') && queryClient.prefetchQuery(syncQuery),
    may('users:read') && queryClient.prefetchQuery(brakesQuery),
    may('audit:read') && queryClient.prefetchQuery(alarmsQuery),
    may('audit:read') && queryClient.prefetchQuery(recentQuery),
    may('audit:read') && queryClient.prefetchQuery(activityQuery),
  ]);
  if (typeof window === 'undefined') await loading;
}
