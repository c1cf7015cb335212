import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { deliveryOutcomes } from '../../../shared/deliveries';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ deliveryId: convexId });
const output = z.object({ outcome: z.enum(deliveryOutcomes), why: z.string().optional() });

/** Applies a webhook once more, by the rules of its arrival. */
export const replay = procedure
  .meta({
    rest: {
      method: 'POST',
      path: '/api/v1/admin/deliveries/{deliveryId}/replay',
      tag: 'Webhooks',
      summary: 'Apply a webhook once more',
      permission: 'deliveries:replay',
      output,
      errors: [404],
    },
  })
  .input(input)
  .output(output)
  .mutation(({ ctx, input: { deliveryId } }) =>
    ctx.convex.mutation(api.deliveries.replay, {
      // The shape was checked; whether it is an id of a delivery, Convex decides.
      deliveryId: deliveryId as Id<'deliveries'>,
    }),
  );
