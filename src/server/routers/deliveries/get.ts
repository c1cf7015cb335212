import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { AppError } from '../../app-error';
import { deliveryDetail } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

/** One receipt with what the delivery said, masked for the caller. */
export const get = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/admin/deliveries/{deliveryId}',
      tag: 'Webhooks',
      summary: 'One webhook, with what it said',
      description: 'What the caller may not read is masked; `masked` says what.',
      permission: 'deliveries:read',
      output: deliveryDetail,
      errors: [404],
    },
  })
  .input(z.strictObject({ deliveryId: convexId }))
  .query(async ({ ctx, input }) => {
    // The shape was checked; whether it is an id of a delivery, Convex decides.
    const deliveryId = input.deliveryId as Id<'deliveries'>;
    const found = await ctx.convex.query(api.deliveries.get, { deliveryId });
    if (found === null) throw new AppError('NOT_FOUND', { field: 'deliveryId' });
    return found;
  });
