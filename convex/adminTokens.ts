import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { internalMutation, internalQuery } from './functions';
import { hasAccess } from './model/access';
import { createToken, listTokens, revokeToken, tokenView } from './model/apiTokens';
import { byOperator } from './model/cause';
import { fail } from './model/errors';
import { findUser } from './model/findUser';
import { tokenScope } from './model/validators';

/* API tokens for the command line, which holds the admin or deploy key. */

export const list = internalQuery({
  args: { paginationOpts: paginationOptsValidator, now: v.number() },
  returns: paginationResultValidator(tokenView),
  handler: async (ctx, { paginationOpts, now }) => await listTokens(ctx, paginationOpts, now),
});

/** The operator is no person: a token acts as somebody, who is named. */
export const create = internalMutation({
  args: {
    actsAs: v.string(),
    tokenId: v.string(),
    secretHash: v.string(),
    name: v.string(),
    scopes: v.array(tokenScope),
    expiresInDays: v.number(),
  },
  returns: tokenView,
  handler: async (ctx, { actsAs, ...token }) => {
    const creator = await findUser(ctx, actsAs);
    if (!hasAccess(creator)) fail('ACCOUNT_INACTIVE', { field: 'actsAs' });
    return await createToken(ctx, creator, token, byOperator());
  },
});

export const revoke = internalMutation({
  args: { tokenId: v.string() },
  returns: tokenView,
  handler: async (ctx, { tokenId }) => await revokeToken(ctx, tokenId, byOperator()),
});
