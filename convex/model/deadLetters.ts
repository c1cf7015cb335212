import type { PaginationOptions } from 'convex/server';
import { type Infer, v } from 'convex/values';
import type { Doc } from '../_generated/dataModel';
import type { QueryCtx } from '../_generated/server';
import { boundedPage } from './listing';
import { intentKind, nameParts, roleValidator } from './validators';

/** What leaves the database. Retry and Dismiss go by `userId`. */
export const deadLetter = v.object({
  _id: v.id('roleIntents'),
  userId: v.id('users'),
  userName: v.string(),
  externalId: v.string(),
  kind: intentKind,
  role: v.optional(roleValidator),
  name: v.optional(nameParts),
  reason: v.string(),
  attempts: v.number(),
  decidedAt: v.number(),
  failedAt: v.number(),
});

export async function pageOfDeadLetters(ctx: QueryCtx, options: PaginationOptions) {
  const page = await ctx.db
    .query('roleIntents')
    .withIndex('byState', (q) => q.eq('state', 'failed'))
    .order('desc')
    .paginate(boundedPage(options));
  return { ...page, page: await Promise.all(page.page.map(async (one) => await toView(ctx, one))) };
}

async function toView(
  ctx: QueryCtx,
  intent: Doc<'roleIntents'>,
): Promise<Infer<typeof deadLetter>> {
  const row = await ctx.db.get('users', intent.userId);
  const { _id, userId, externalId, kind, role, name, attempts } = intent;
  return {
    _id,
    userId,
    userName: row?.name ?? externalId,
    externalId,
    kind,
    role,
    name,
    reason: intent.reason ?? 'unknown',
    attempts,
    decidedAt: intent.createdAt,
    failedAt: intent.updatedAt,
  };
}
