import { v } from 'convex/values';
import { bulkIdsMax } from '../src/shared/people';
import { permissions } from '../src/shared/permissions';
import { query } from './functions';
import { requireSome } from './model/access';
import { fail } from './model/errors';
import { literals } from './model/validators';

/** What the doors of the web app take ids of. */
const tables = [
  'users',
  'syncRuns',
  'syncSweeps',
  'deliveries',
  'invitations',
  'organizations',
  'brakes',
  'alarms',
  'credentials',
  'bulkJobs',
] as const;

/**
 * The first of these that is no row of the table, or null. Convex Cloud says no more than that
 * something failed when an argument is no id of its table, so the web app asks afterwards what to
 * answer. Ids cannot be guessed.
 */
export const firstUnknown = query({
  args: { table: literals(tables), ids: v.array(v.string()) },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { table, ids }) => {
    requireSome(ctx.actor, permissions);
    if (ids.length > bulkIdsMax) fail('INVALID_INPUT', { field: 'ids' });
    for (const id of ids) {
      const normal = ctx.db.normalizeId(table, id);
      if (normal === null || (await ctx.db.get(normal)) === null) return id;
    }
    return null;
  },
});
