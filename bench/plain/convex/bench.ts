import { internalMutationGeneric as internalMutation } from 'convex/server';
import { v } from 'convex/values';

/** People who were there before; see `fill`. */
export const insertMany = internalMutation({
  args: { from: v.number(), count: v.number() },
  handler: async (ctx, { from, count }) => {
    for (let i = from; i < from + count; i += 1) {
      await ctx.db.insert('users', {
        name: `Person ${i}`,
        externalId: `there_${i}`,
        role: 'staff',
        isActive: true,
        createdAt: 0,
        updatedAt: 0,
      });
    }
  },
});
