import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { internalMutation, mutation, query } from './functions';
import { requirePermission } from './model/access';
import { createToken, exchangeToken, listTokens, revokeToken, tokenView } from './model/apiTokens';
import { byCaller } from './model/cause';
import { limitCaller } from './model/pools';
import { tokenScope } from './model/validators';

/**
 * Everybody's tokens, newest first, without their secrets. `state` is as of `now` of the asker: a
 * query that read the clock itself would be run again for nothing.
 */
export const list = query({
  args: { paginationOpts: paginationOptsValidator, now: v.number() },
  returns: paginationResultValidator(tokenView),
  handler: async (ctx, { paginationOpts, now }) => {
    requirePermission(ctx.actor, 'tokens:manage');
    return await listTokens(ctx, paginationOpts, now);
  },
});

/**
 * The secret is made where the token is shown (web server, command line) and only its hash comes
 * here, so that no argument, log or row of Convex ever holds it.
 */
export const create = mutation({
  args: {
    tokenId: v.string(),
    secretHash: v.string(),
    name: v.string(),
    scopes: v.array(tokenScope),
    expiresInDays: v.number(),
  },
  returns: tokenView,
  handler: async (ctx, token) => {
    requirePermission(ctx.actor, 'tokens:manage');
    await limitCaller(ctx, 'tokens', ctx.actor.externalId);
    return await createToken(ctx, ctx.actor, token, byCaller(ctx.actor));
  },
});

export const revoke = mutation({
  args: { tokenId: v.string() },
  returns: tokenView,
  handler: async (ctx, { tokenId }) => {
    requirePermission(ctx.actor, 'tokens:manage');
    await limitCaller(ctx, 'tokens', ctx.actor.externalId);
    return await revokeToken(ctx, tokenId, byCaller(ctx.actor));
  },
});

/** For the HTTP action that exchanges a token for a short JWT. */
export const exchange = internalMutation({
  args: { tokenId: v.string(), secretHash: v.string() },
  returns: v.union(
    v.object({ kind: v.literal('ok'), expiresAt: v.number() }),
    v.object({ kind: v.literal('bad'), why: v.string() }),
    v.object({ kind: v.literal('limited'), retryAfterMs: v.number() }),
  ),
  handler: async (ctx, presented) => await exchangeToken(ctx, presented, Date.now()),
});
