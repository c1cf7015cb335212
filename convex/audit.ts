import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { mutation, query } from './functions';
import { requirePermission } from './model/access';
import { genesis } from './model/audit';
import { auditEntryView, auditFilter, exportAudit, listAudit } from './model/auditListing';
import { appendAudit, auditHead } from './model/auditLog';
import { byCaller } from './model/cause';
import { auditPageMax } from './model/limits';
import { limitCaller } from './model/pools';
import { verifyAuditPage } from './model/verifyAudit';

/** The log, newest first. A page may be short without being the last (see filteredPage). */
export const list = query({
  args: { paginationOpts: paginationOptsValidator, ...auditFilter },
  returns: paginationResultValidator(auditEntryView),
  handler: async (ctx, { paginationOpts, ...filter }) => {
    requirePermission(ctx.actor, 'audit:read');
    return await listAudit(ctx, filter, paginationOpts);
  },
});

const chainHead = v.object({ seq: v.number(), hash: v.string() });

/**
 * Checks the next entries of the chain. Call without `from` first, then with the returned `head`
 * until `isDone`. `total` is where the chain ends now, for a progress bar.
 */
export const verify = query({
  args: { from: v.optional(chainHead) },
  returns: v.union(
    v.object({
      ok: v.literal(true),
      checked: v.number(),
      head: chainHead,
      isDone: v.boolean(),
      total: v.number(),
    }),
    v.object({
      ok: v.literal(false),
      seq: v.number(),
      problem: v.union(
        v.literal('gap'),
        v.literal('brokenLink'),
        v.literal('edited'),
        v.literal('cutOff'),
      ),
      total: v.number(),
    }),
  ),
  handler: async (ctx, { from }) => {
    requirePermission(ctx.actor, 'audit:read');
    const page = await verifyAuditPage(ctx, from ?? genesis, auditPageMax);
    return { ...page, total: (await auditHead(ctx)).seq };
  },
});

/**
 * Begins an export: who takes a copy of the log is itself in the log. Returns the moment up to which
 * it goes, so that its own entry and whatever comes meanwhile stay out of it.
 */
export const beginExport = mutation({
  args: { format: v.union(v.literal('csv'), v.literal('json')), ...auditFilter },
  returns: v.object({ upTo: v.number() }),
  handler: async (ctx, { format, ...filter }) => {
    requirePermission(ctx.actor, 'audit:export');
    await limitCaller(ctx, 'exportAudit', ctx.actor.externalId);
    const cause = byCaller(ctx.actor);
    const asked = Object.entries(filter).filter(([, value]) => value !== undefined);
    await appendAudit(ctx, cause, {
      action: 'audit.exported',
      target: 'audit',
      after: { format, filter: asked.map(([name, value]) => `${name}=${value}`.slice(0, 320)) },
    });
    return { upTo: cause.now - 1 };
  },
});

/** The next page of an export, larger than those of the list. */
export const exportPage = query({
  args: { cursor: v.union(v.string(), v.null()), ...auditFilter },
  returns: paginationResultValidator(auditEntryView),
  handler: async (ctx, { cursor, ...filter }) => {
    requirePermission(ctx.actor, 'audit:export');
    return await exportAudit(ctx, filter, cursor);
  },
});
