import { internalMutationGeneric as internalMutation } from 'convex/server';
import { v } from 'convex/values';

/** As the guides write it: the payload as it came, one lookup, one write. */
export const upsertFromClerk = internalMutation({
  args: { data: v.any() },
  handler: async (ctx, { data }) => {
    const fields = {
      name: `${data.first_name ?? ''} ${data.last_name ?? ''}`.trim() || 'User',
      externalId: String(data.id),
      email: data.email_addresses?.[0]?.email_address as string | undefined,
      updatedAt: Date.now(),
    };
    const user = await ctx.db
      .query('users')
      .withIndex('byExternalId', (q) => q.eq('externalId', fields.externalId))
      .unique();
    if (user === null) {
      await ctx.db.insert('users', {
        ...fields,
        role: 'staff',
        isActive: true,
        createdAt: Date.now(),
      });
    } else {
      await ctx.db.patch(user._id, fields);
    }
  },
});
