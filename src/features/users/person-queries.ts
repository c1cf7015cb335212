import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';
import type { Id } from '../../../convex/_generated/dataModel';
import { actorOf, loadedViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';

export type Membership = FunctionReturnType<typeof api.users.memberships>['page'][number];

/** Rows of one section of the page; more are asked for. */
export const rowsPerSection = 10;

export function personQuery(id: string) {
  return convexQuery(api.users.get, { userId: id });
}

export function membershipsQuery(userId: Id<'users'>, numItems: number) {
  return convexQuery(api.users.memberships, {
    userId,
    paginationOpts: { numItems, cursor: null },
  });
}

export async function loadPerson(queryClient: QueryClient, id: string): Promise<void> {
  const viewer = loadedViewer(queryClient);
  if (!viewer || !canSometimes(actorOf(viewer), 'users:read')) return;
  const loading = queryClient.prefetchQuery(personQuery(id));
  if (typeof window === 'undefined') await loading;
}

/** Everything the audit log says about a person, newest first. */
export function historyQuery(externalId: string, numItems: number) {
  return convexQuery(api.audit.list, {
    target: `user:${externalId}`,
    paginationOpts: { numItems, cursor: null },
  });
}

/** The webhooks that were about a person, newest first. */
export function deliveriesQuery(externalId: string, numItems: number) {
  return convexQuery(api.deliveries.list, {
    entityId: externalId,
    paginationOpts: { numItems, cursor: null },
  });
}
