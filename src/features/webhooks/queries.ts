import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';
import { actorOf, loadedViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import type { WebhooksSearch } from './search';

export type DeliveryRow = FunctionReturnType<typeof api.deliveries.list>['page'][number];
export type Delivery = NonNullable<FunctionReturnType<typeof api.deliveries.get>>;

/** Whether Clerk's webhooks reach us. */
export const healthQuery = convexQuery(api.webhooks.health, {});
export type Health = FunctionReturnType<typeof api.webhooks.health>;

export const deliveriesPerPage = 25;

/** Svix names its messages so; every other id is of Clerk. */
const isMessageId = (id: string) => id.startsWith('msg_');

export function deliveriesQuery({ outcome, type, id, alarm, cursor }: WebhooksSearch) {
  return convexQuery(api.deliveries.list, {
    paginationOpts: { numItems: deliveriesPerPage, cursor: cursor ?? null },
    ...(outcome && { outcome }),
    ...(type && { type }),
    ...(id && (isMessageId(id) ? { svixId: id } : { entityId: id })),
    ...(alarm && { alarm }),
  });
}

export function deliveryQuery(id: string) {
  // The shape was checked by the address; of which table it is an id, Convex decides.
  return convexQuery(api.deliveries.get, { deliveryId: id });
}

export async function loadWebhooks(
  queryClient: QueryClient,
  search: WebhooksSearch,
): Promise<void> {
  const viewer = loadedViewer(queryClient);
  if (!viewer || !canSometimes(actorOf(viewer), 'deliveries:read')) return;
  const loading = Promise.all([
    queryClient.prefetchQuery(healthQuery),
    queryClient.prefetchQuery(deliveriesQuery(search)),
    ...(search.open ? [queryClient.prefetchQuery(deliveryQuery(search.open))] : []),
  ]);
  if (typeof window === 'undefined') await loading;
}
