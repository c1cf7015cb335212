import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import type { InvitationState } from '../../src/shared/invitations';
import type { Role } from '../../src/shared/roles';
import { appendAudit, type Cause } from './auditLog';
import { clerkInstanceKind } from './environment';
import {
  attemptLostMs,
  intentForgottenMs,
  invitationDoubtMs,
  maintenanceBatch,
  pushAttemptsMax,
} from './limits';
import { backoffMs } from './outbox';
import { clerkPool, takeClerkRequest } from './pools';

/*
 * The outbox of invitations. Like that of people, with the row itself as the intent: claim, one
 * request, settle; claim and settle are mutations, so that at most one request per invitation is
 * under way and running a worker twice is harmless.
 */

type Invitation = Doc<'invitations'>;

/** Of those taken back before; each new one waits for the last, so that one is enough but for races. */
const earlierLookedAt = 20;

export type InvitationOrder =
  | { kind: 'send'; email: string; role: Role }
  | { kind: 'revoke'; clerkId: string }
  | { kind: 'find'; email: string };

export type InvitationReport =
  /** Clerk's word, where it could be read. */
  | { kind: 'done'; clerkId?: string; state?: InvitationState; expiresAt?: number }
  | { kind: 'retry'; reason: string; afterMs?: number }
  /** `otherRole`: Clerk has an open invitation of this address to that role. */
  | { kind: 'refused'; reason: string; otherRole?: string };

export async function queueInvitation(
  ctx: MutationCtx,
  invitationId: Id<'invitations'>,
  runAfter: number,
): Promise<void> {
  await clerkPool.enqueueAction(ctx, internal.invitations.push, { invitationId }, { runAfter });
}

/** Begins an attempt, or says by null that there is nothing to do (any more, or yet). */
export async function claimInvitation(
  ctx: MutationCtx,
  id: Id<'invitations'>,
  now: number,
): Promise<InvitationOrder | null> {
  const row = await ctx.db.get('invitations', id);
  if (row === null || row.push.state !== 'pending') return null;
  // The one in flight goes on when it settles; one that never reported was lost.
  if (row.inFlightSince !== undefined && row.inFlightSince > now - attemptLostMs) return null;
  // Clerk would take the old invitation for this one, and then revoke it.
  if (row.wanted === 'send' && (await isBeingRevoked(ctx, row.email))) return null;
  const wait = row.notBefore > now ? row.notBefore - now : await waitForBudget(ctx);
  if (wait > 0) {
    await queueInvitation(ctx, id, wait);
    return null;
  }
  await ctx.db.patch('invitations', id, {
    inFlightSince: now,
    attempts: row.attempts + 1,
    updatedAt: now,
    // The one before never reported.
    ...(row.inFlightSince === undefined ? {} : { doubtSince: now }),
  });
  if (row.wanted === 'send') return { kind: 'send', email: row.email, role: row.role };
  // Of a request whose answer was lost Clerk may have made an invitation that we cannot name.
  if (row.clerkId === undefined) return { kind: 'find', email: row.email };
  return { kind: 'revoke', clerkId: row.clerkId };
}

/** Whether an earlier invitation of this address is still to be taken back in Clerk. */
async function isBeingRevoked(ctx: MutationCtx, email: string): Promise<boolean> {
  const revoked = await ctx.db
    .query('invitations')
    .withIndex('byEmail', (q) => q.eq('email', email).eq('state', 'revoked'))
    .order('desc')
    .take(earlierLookedAt);
  return revoked.some(({ push }) => push.state === 'pending');
}

/** What waited for the end of this revocation. */
async function releaseNext(ctx: MutationCtx, { email, wanted }: Invitation): Promise<void> {
  if (wanted !== 'revoke') return;
  const next = await ctx.db
    .query('invitations')
    .withIndex('byEmail', (q) => q.eq('email', email).eq('state', 'pending'))
    .first();
  if (next?.push.state === 'pending') await queueInvitation(ctx, next._id, 0);
}

async function waitForBudget(ctx: MutationCtx): Promise<number> {
  const budget = await takeClerkRequest(ctx, clerkInstanceKind());
  return budget.ok ? 0 : budget.waitMs;
}

/** Ends an attempt: done, tried again later, or given up loudly. */
export async function settleInvitation(
  ctx: MutationCtx,
  {
    id,
    order,
    report: reported,
  }: { id: Id<'invitations'>; order: InvitationOrder['kind']; report: InvitationReport },
  cause: Cause,
): Promise<void> {
  const row = await ctx.db.get('invitations', id);
  if (row === null || row.inFlightSince === undefined) return;
  const report = (await isOwnStray(ctx, row, { report: reported, now: cause.now }))
    ? { kind: 'retry' as const, reason: 'An invitation that was taken back arrived late in Clerk' }
    : reported;
  const isDoubtful = order === 'send' && report.kind === 'retry';
  const ended = {
    inFlightSince: undefined,
    updatedAt: cause.now,
    ...(isDoubtful ? { doubtSince: cause.now } : {}),
  };
  if (report.kind === 'refused' && order === 'send' && row.wanted === 'revoke') {
    // Nothing was made that would have to be revoked.
    return await close(ctx, row, { order: 'find', report: { kind: 'done' } }, cause);
  }
  if (report.kind === 'done') return await close(ctx, row, { order, report }, cause);
  if (row.push.state !== 'pending') return await ctx.db.patch('invitations', id, ended);
  if (report.kind === 'retry' && row.attempts < pushAttemptsMax) {
    const waitMs = report.afterMs ?? backoffMs(row.attempts);
    const push = { state: 'pending' as const, reason: report.reason };
    await ctx.db.patch('invitations', id, { ...ended, push, notBefore: cause.now + waitMs });
    return await queueInvitation(ctx, id, waitMs);
  }
  await ctx.db.patch('invitations', id, {
    ...ended,
    push: { state: 'failed', reason: report.reason },
  });
  await releaseNext(ctx, row);
  await appendAudit(ctx, cause, {
    action: 'invitation.pushFailed',
    target: `invitation:${id}`,
    before: { push: row.push.state },
    after: { push: 'failed', wanted: row.wanted, attempts: row.attempts, reason: report.reason },
    alarm: true,
  });
}

/** What stands in the way is ours, arrived after it was taken back: it goes away (`follow`). */
async function isOwnStray(
  ctx: MutationCtx,
  { email }: Invitation,
  { report, now }: { report: InvitationReport; now: number },
): Promise<boolean> {
  if (report.kind !== 'refused' || report.otherRole === undefined) return false;
  const { otherRole } = report;
  const lost = await doubted(ctx, now);
  return lost.some((row) => row.email === email && row.role === otherRole);
}

/** Taken back while a request to send them was on its way whose end we do not know. */
export async function doubted(ctx: QueryCtx, now: number): Promise<Invitation[]> {
  return await ctx.db
    .query('invitations')
    .withIndex('byDoubt', (q) => q.eq('state', 'revoked').gt('doubtSince', now - invitationDoubtMs))
    .take(maintenanceBatch);
}

async function close(
  ctx: MutationCtx,
  row: Invitation,
  {
    order,
    report,
  }: { order: InvitationOrder['kind']; report: InvitationReport & { kind: 'done' } },
  cause: Cause,
): Promise<void> {
  const clerkId = report.clerkId ?? row.clerkId;
  const named = {
    inFlightSince: undefined,
    updatedAt: cause.now,
    clerkId,
    ...(report.expiresAt === undefined ? {} : { expiresAt: report.expiresAt }),
  };
  // Revoked while it was being sent, or found to be there after all: now it can be named.
  const nowNamed = order === 'find' && clerkId !== undefined;
  const revokeNext = row.wanted === 'revoke' && (order === 'send' || nowNamed);
  if (revokeNext && row.push.state === 'pending') {
    await ctx.db.patch('invitations', row._id, named);
    return await queueInvitation(ctx, row._id, 0);
  }
  await ctx.db.patch('invitations', row._id, { ...named, push: { state: 'synced' } });
  await releaseNext(ctx, row);
  if (row.wanted === 'revoke' && report.state === 'accepted') await tooLate(ctx, row, cause);
}

/** They had signed up before the revocation reached Clerk. */
export async function tooLate(ctx: MutationCtx, row: Invitation, cause: Cause): Promise<void> {
  await ctx.db.patch('invitations', row._id, { state: 'accepted', doubtSince: undefined });
  await appendAudit(ctx, cause, {
    action: 'invitation.accepted',
    target: `invitation:${row._id}`,
    before: { state: row.state },
    after: { state: 'accepted', because: 'it was accepted before it was revoked in Clerk' },
    alarm: true,
  });
}

/** Takes up what the pool dropped: attempts that never reported, and what was never taken up. */
export async function watchInvitations(ctx: MutationCtx, now: number): Promise<number> {
  const waiting = await ctx.db
    .query('invitations')
    .withIndex('byPush', (q) => q.eq('push.state', 'pending').lt('updatedAt', now - attemptLostMs))
    .take(100);
  const left = waiting.filter(({ notBefore }) => notBefore < now - intentForgottenMs);
  for (const { _id, inFlightSince } of left) {
    const doubt = inFlightSince === undefined ? {} : { doubtSince: now };
    await ctx.db.patch('invitations', _id, { inFlightSince: undefined, updatedAt: now, ...doubt });
    await queueInvitation(ctx, _id, 0);
  }
  return left.length;
}
