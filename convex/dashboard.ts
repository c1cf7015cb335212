import { v } from 'convex/values';
import { query } from './functions';
import { requirePermission } from './model/access';
import { activityDay } from './model/validators';

/** Entries of the audit log per day (UTC) and kind, oldest first; days without any are left out. */
export const activity = query({
  args: {},
  returns: v.array(activityDay),
  handler: async (ctx) => {
    requirePermission(ctx.actor, 'audit:read');
    const head = await ctx.db.query('auditHead').unique();
    return head?.days ?? [];
  },
});
