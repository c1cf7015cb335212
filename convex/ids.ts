import { v } from 'convex/values';
import { permissions } from '../src/shared/permissions';
import { query } from './functions';
import { requireSome } from './model/access';
import { literals } from './model/validators';

/** What the API names by id in its addresses, people apart (`users:resolve`). */
const tables = [
  'syncRuns',
  'deliveries',
  'invitations',
  'organizations',
  'brakes',
  'syncSweeps',
  'bulkJobs',
] as const;

/**
 * Whether there is such a row. Convex Cloud says no more than that something failed when an argument
 * is no id of its table, so the API asks afterwards what to answer. Ids cannot be guessed.
 */
export const isKnown = query({
  args: { table: literals(tables), id: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { table, id }) => {
    requireSome(ctx.actor, permissions);
    const normal = ctx.db.normalizeId(table, id);
    return normal !== null && (await ctx.db.get(normal)) !== null;
  },
});
