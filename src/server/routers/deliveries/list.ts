import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { deliveryOutcomes, idSearchLengthMax } from '../../../shared/deliveries';
import { pageInput, pageOf, readPage } from '../../paging';
import { delivery } from '../../rest/shapes';
import { procedure } from '../../trpc';

const id = z.string().min(1).max(idSearchLengthMax).optional();

/** Receipts of webhooks, newest first. */
export const list = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/admin/deliveries',
      tag: 'Webhooks',
      summary: 'List what became of webhooks, newest first',
      permission: 'deliveries:read',
      output: pageOf(delivery),
    },
  })
  .input(
    pageInput.extend({
      outcome: z.enum(deliveryOutcomes).optional(),
      type: id,
      entityId: id,
      svixId: id,
      alarm: z.boolean().optional(),
    }),
  )
  .query(({ ctx, input: { limit, cursor, alarm, ...filter } }) => {
    const wanted = { ...filter, ...(alarm === true && { alarm: true as const }) };
    return readPage(`deliveries ${JSON.stringify(wanted)}`, { limit, cursor }, (paginationOpts) =>
      ctx.convex.query(api.deliveries.list, { ...wanted, paginationOpts }),
    );
  });
