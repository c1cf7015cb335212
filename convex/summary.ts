import { v } from 'convex/values';
import { internalQuery, query } from './functions';
import { requirePermission } from './model/access';
import { integrityPage, integrityPart, scanIntegrity } from './model/integrity';
import { readSummary, summaryView } from './model/summary';

/** E8: counts, last sync, last webhook, pushes. Changes live. */
export const get = query({
  args: {},
  returns: summaryView,
  handler: async (ctx) => {
    requirePermission(ctx.actor, 'sync:read');
    return await readSummary(ctx);
  },
});

const scanArgs = { part: integrityPart, after: v.union(v.string(), v.null()), now: v.number() };

/** E8: one bounded page of the search for what the rules forbid; `collectIntegrity` goes through all. */
export const scan = query({
  args: scanArgs,
  returns: integrityPage,
  handler: async (ctx, { part, after, now }) => {
    requirePermission(ctx.actor, 'sync:read');
    return await scanIntegrity(ctx, part, after, now);
  },
});

/** The same two for the operator of the deployment. */
export const getByOperator = internalQuery({
  args: {},
  returns: summaryView,
  handler: async (ctx) => await readSummary(ctx),
});

export const scanByOperator = internalQuery({
  args: scanArgs,
  returns: integrityPage,
  handler: async (ctx, { part, after, now }) => await scanIntegrity(ctx, part, after, now),
});
