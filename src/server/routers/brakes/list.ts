import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { brake } from '../../rest/bulk-shapes';
import { user } from '../../rest/shapes';
import { pageInput, pageOf, readPage } from '../../paging';
import { procedure } from '../../trpc';
import { brakeInput, brakeOf, brakesPath, tag } from './rest';

export const list = procedure
  .meta({
    rest: {
      method: 'GET',
      path: brakesPath,
      tag,
      summary: 'Brakes on mass role changes from Clerk, the newest 20',
      permission: 'users:read',
      output: z.object({ items: z.array(brake) }),
    },
  })
  .query(async ({ ctx }) => ({ items: await ctx.convex.query(api.brakes.list, {}) }));

export const held = procedure
  .meta({
    rest: {
      method: 'GET',
      path: `${brakesPath}/{brakeId}/held`,
      tag,
      summary: 'The people whose role a brake holds',
      permission: 'users:read',
      output: pageOf(user),
      errors: [404],
    },
  })
  .input(pageInput.extend(brakeInput.shape))
  .query(({ ctx, input: { brakeId, ...page } }) =>
    readPage(`brake ${brakeId}`, page, (paginationOpts) =>
      ctx.convex.query(api.brakes.held, { brakeId: brakeOf(brakeId), paginationOpts }),
    ),
  );
