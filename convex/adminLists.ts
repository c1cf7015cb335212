import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { defaultRole } from '../src/shared/roles';
import { internalMutation, internalQuery } from './functions';
import { byOperator } from './model/cause';
import { byOutcomes } from './model/deliveryListing';
import { invitationView, invite as inviteByEmail, toInvitationView } from './model/invitations';
import { boundedPage } from './model/listing';
import { auditFacts, auditSource, deliveryOutcome, roleValidator } from './model/validators';

/* Lists and commands for the command line, which holds the admin or deploy key. */

/** The audit log, newest first, as it is written: ids, no names. */
export const audit = internalQuery({
  args: { paginationOpts: paginationOptsValidator, target: v.optional(v.string()) },
  returns: paginationResultValidator(
    v.object({
      seq: v.number(),
      at: v.number(),
      action: v.string(),
      actor: v.string(),
      source: auditSource,
      target: v.string(),
      before: v.optional(auditFacts),
      after: v.optional(auditFacts),
      alarm: v.boolean(),
      correlationId: v.string(),
    }),
  ),
  handler: async (ctx, { paginationOpts, target }) => {
    const log = ctx.db.query('auditLog');
    const range =
      target === undefined
        ? log.withIndex('bySeq')
        : log.withIndex('byTarget', (q) => q.eq('target', target));
    const page = await range.order('desc').paginate(boundedPage(paginationOpts));
    const entries = page.page.map(
      ({ seq, at, action, actor, source, target: of, before, after, alarm, correlationId }) => {
        return { seq, at, action, actor, source, target: of, before, after, alarm, correlationId };
      },
    );
    return { ...page, page: entries };
  },
});

/** Receipts of webhooks, newest first. */
export const deliveries = internalQuery({
  args: { paginationOpts: paginationOptsValidator, outcome: v.optional(deliveryOutcome) },
  returns: paginationResultValidator(
    v.object({
      svixId: v.string(),
      type: v.string(),
      entityId: v.optional(v.string()),
      outcome: deliveryOutcome,
      why: v.optional(v.string()),
      receivedAt: v.number(),
      repeats: v.number(),
      alarm: v.boolean(),
    }),
  ),
  handler: async (ctx, { paginationOpts, outcome }) => {
    const receipts =
      outcome === undefined ? ctx.db.query('deliveries').order('desc') : byOutcomes(ctx, [outcome]);
    const page = await receipts.paginate(boundedPage(paginationOpts));
    const shown = page.page.map(
      ({ svixId, type, entityId, outcome: end, why, receivedAt, repeats, alarm }) => {
        return { svixId, type, entityId, outcome: end, why, receivedAt, repeats, alarm };
      },
    );
    return { ...page, page: shown };
  },
});

/** D2: invites an address on behalf of the operator. */
export const invite = internalMutation({
  args: { email: v.string(), role: v.optional(roleValidator) },
  returns: invitationView,
  handler: async (ctx, { email, role = defaultRole }) =>
    toInvitationView(await inviteByEmail(ctx, { email, role }, byOperator())),
});
