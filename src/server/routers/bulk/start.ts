import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { bulkIdsMax, clerkSyncStates, searchLengthMax, userStates } from '../../../shared/people';
import { role } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';
import { bulkPath, needsOfAction, tag } from './rest';

// The shapes were checked; whether they are ids of users is Convex's validator's business.
const people = z.array(convexId.transform((id) => id as Id<'users'>)).max(bulkIdsMax);

const input = z.strictObject({
  action: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('role'), role }),
    z.strictObject({ kind: z.literal('deactivate') }),
    z.strictObject({ kind: z.literal('reactivate') }),
  ]),
  selection: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ids'), ids: people.min(1) }),
    z.strictObject({
      kind: z.literal('filter'),
      filter: z.strictObject({
        search: z.string().max(searchLengthMax).optional(),
        role: role.optional(),
        state: z.enum(userStates).optional(),
        sync: z.enum(clerkSyncStates).optional(),
      }),
      except: people,
    }),
  ]),
});

/** Requirement C1: many people at once. Convex decides for each whether the caller may. */
export const start = procedure
  .meta({
    rest: {
      method: 'POST',
      path: bulkPath,
      tag,
      summary: 'Change many people at once',
      description: `Goes on in the background; \`GET .../{jobId}\` shows it. ${needsOfAction}`,
      permission: 'users:setRole',
      output: z.object({ jobId: z.string() }),
      errors: [409],
      status: 202,
    },
  })
  .input(input)
  .mutation(async ({ ctx, input: command }) => ({
    jobId: await ctx.convex.mutation(api.bulk.start, command),
  }));
