import { vOnCompleteArgs } from '@convex-dev/workpool';
import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { internal } from './_generated/api';
import type { Doc, Id } from './_generated/dataModel';
import type { MutationCtx } from './_generated/server';
import { internalAction, internalMutation, query } from './functions';
import { requirePermission } from './model/access';
import { applyClerkUser } from './model/applyClerkUser';
import type { Cause } from './model/auditLog';
import { compareAccess } from './model/changeAccess';
import { compareName } from './model/changeName';
import { type ClerkAnswer, pushAccess, pushDeletion, pushName, pushRole } from './model/clerkApi';
import { deadLetter, pageOfDeadLetters } from './model/deadLetters';
import { log } from './model/log';
import { compareRole } from './model/mergeIncomingRole';
import { claimIntent, type PushOrder, type PushReport, settleIntent } from './model/outbox';
import { patchUser } from './model/userRows';
import { type ClerkUser, clerkUserValidator, nameParts, roleValidator } from './model/validators';

const orderBase = { externalId: v.string(), rev: v.number() };
const pushOrder = v.union(
  v.object({ ...orderBase, kind: v.literal('role'), role: roleValidator }),
  v.object({ ...orderBase, kind: v.literal('name'), name: nameParts }),
  v.object({
    ...orderBase,
    kind: v.union(v.literal('ban'), v.literal('unban'), v.literal('delete')),
  }),
);

const pushReport = v.union(
  v.object({ kind: v.literal('done') }),
  v.object({
    kind: v.literal('retry'),
    reason: v.string(),
    afterMs: v.optional(v.number()),
  }),
  v.object({ kind: v.literal('refused'), reason: v.string() }),
);

/** Pushes that the outbox gave up on and nobody has retried or dismissed, newest first. */
export const deadLetters = query({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(deadLetter),
  handler: async (ctx, { paginationOpts }) => {
    requirePermission(ctx.actor, 'users:read');
    return await pageOfDeadLetters(ctx, paginationOpts);
  },
});

/** One attempt of one intent: claim, one request, settle. Run by the pool; harmless to repeat. */
export const push = internalAction({
  args: { intentId: v.id('roleIntents') },
  returns: v.null(),
  handler: async (ctx, { intentId }) => {
    const order: PushOrder | null = await ctx.runMutation(internal.outbox.claim, { intentId });
    if (order === null) return null;
    const answer = await carryOut(order, intentId);
    const report = toReport(answer);
    log(report.kind === 'done' ? 'info' : 'warn', 'outbox.push', {
      user: order.externalId,
      kind: order.kind,
      rev: order.rev,
      result: report.kind,
      reason: report.kind === 'done' ? undefined : report.reason,
    });
    const user = answer.kind === 'ok' ? answer.value : undefined;
    await ctx.runMutation(internal.outbox.settle, { intentId, report, user });
    return null;
  },
});

async function carryOut(order: PushOrder, intent: Id<'roleIntents'>): Promise<ClerkAnswer> {
  switch (order.kind) {
    case 'role':
      return await pushRole(order.externalId, order.role, { rev: order.rev, intent });
    case 'name':
      return await pushName(order.externalId, order.name);
    case 'delete':
      return await pushDeletion(order.externalId);
    case 'ban':
    case 'unban':
      return await pushAccess(order.externalId, order.kind);
  }
}

export const claim = internalMutation({
  args: { intentId: v.id('roleIntents') },
  returns: v.union(pushOrder, v.null()),
  handler: async (ctx, { intentId }) => await claimIntent(ctx, intentId, Date.now()),
});

/** `user` is Clerk's answer to the push: the echo, before its webhook comes. */
export const settle = internalMutation({
  args: {
    intentId: v.id('roleIntents'),
    report: pushReport,
    user: v.optional(clerkUserValidator),
  },
  returns: v.null(),
  handler: async (ctx, { intentId, report, user }) => {
    const intent = await ctx.db.get('roleIntents', intentId);
    if (intent === null || intent.state !== 'inFlight') return null;
    const cause = byOutbox(intentId);
    const isHis = user !== undefined && user.externalId === intent.externalId;
    const arrival = isHis
      ? await applyClerkUser(ctx, { user, via: { kind: 'push' } }, cause)
      : undefined;
    await settleIntent(ctx, intent, report, cause);
    const isOlderNews = arrival?.kind === 'stale' || arrival?.kind === 'refetch';
    if (intent.kind === 'role' && report.kind === 'done' && isOlderNews) {
      const row = await ctx.db.get('users', intent.userId);
      // Decided anew meanwhile, and on its way already.
      if (row?.roleRev === intent.rev) await compareRole(ctx, row, cause);
    }
    if (intent.kind === 'name' && report.kind === 'done' && user !== undefined) {
      const row = await ctx.db.get('users', intent.userId);
      if (row !== null) await compareName(ctx, row, user.updatedAt, cause);
    }
    if (intent.kind !== 'role' && intent.kind !== 'name' && report.kind === 'done') {
      // In a tie the row may be the wrong one of two: it is compared once Clerk has said which holds.
      if (arrival?.kind !== 'refetch') await checkArrival(ctx, intent, user, cause);
    }
    return null;
  },
});

/** After a ban or unban: whether Clerk still says so, or has said something newer meanwhile. */
async function checkArrival(
  ctx: MutationCtx,
  intent: Doc<'roleIntents'>,
  user: ClerkUser | undefined,
  cause: Cause,
): Promise<void> {
  const row = await ctx.db.get('users', intent.userId);
  if (row === null || row.deletedAt !== undefined) return;
  const bannedBefore = intent.kind === 'ban';
  if (user !== undefined) return void (await compareAccess(ctx, { row, bannedBefore }, cause));
  // Clerk agreed in words that we could not read: the request itself says what holds now.
  await patchUser(ctx, row, {
    clerk: { ...row.clerk, banned: intent.kind === 'ban' || undefined },
  });
}

/** An attempt that ended without a report (crash, restart): counted and tried again. */
export const lost = internalMutation({
  args: vOnCompleteArgs(v.object({ intentId: v.id('roleIntents') })),
  returns: v.null(),
  handler: async (ctx, { context: { intentId } }) => {
    const intent = await ctx.db.get('roleIntents', intentId);
    if (intent === null || intent.state !== 'inFlight') return null;
    const report = { kind: 'retry' as const, reason: 'The attempt was interrupted' };
    await settleIntent(ctx, intent, report, byOutbox(intentId));
    return null;
  },
});

function toReport(answer: ClerkAnswer): PushReport {
  switch (answer.kind) {
    case 'ok':
      return { kind: 'done' };
    case 'retry':
      return { kind: 'retry', reason: answer.reason, afterMs: answer.afterMs };
    case 'refused':
      return { kind: 'refused', reason: answer.reason };
  }
}

function byOutbox(intentId: string): Cause {
  return {
    actor: 'system',
    source: 'system',
    correlationId: `intent:${intentId}`,
    now: Date.now(),
  };
}
