import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import type { Role } from '../../src/shared/roles';
import { appendAudit, type Cause } from './auditLog';
import { clerkInstanceKind } from './environment';
import { pushAttemptsMax, pushBackoffMsFirst, pushBackoffMsMax } from './limits';
import { clerkPool, takeClerkRequest } from './pools';
import { patchUser, type UserRow } from './userRows';

/*
 * The outbox: what we have decided and Clerk does not know yet.
 *
 * A decision writes an intent in its own transaction. A worker claims the intent, makes the one
 * request, and settles it; claim and settle are mutations, so that at most one intent per person is
 * `inFlight` at any time, whatever the pool does. Running a worker for an intent twice is harmless.
 */

type Intent = Doc<'roleIntents'>;

export interface PushOrder {
  externalId: string;
  role: Role;
  rev: number;
}

export type PushReport =
  | { kind: 'done' }
  | { kind: 'retry'; reason: string; afterMs?: number }
  | { kind: 'refused'; reason: string };

/** Queues a push of the row's role as decided; older queued ones are superseded. */
export async function queuePush(ctx: MutationCtx, row: UserRow, now: number): Promise<void> {
  await closeQueued(ctx, row, 'superseded', now);
  const intentId = await ctx.db.insert('roleIntents', {
    userId: row._id,
    externalId: row.externalId,
    kind: 'role',
    role: row.role,
    rev: row.roleRev,
    state: 'queued',
    attempts: 0,
    notBefore: now,
    createdAt: now,
    updatedAt: now,
  });
  await handToPool(ctx, intentId, 0);
}

/** Settles what is waiting without a request; one in flight ends through its own report. */
export async function closeQueued(
  ctx: MutationCtx,
  row: UserRow,
  state: 'done' | 'superseded',
  now: number,
): Promise<void> {
  const queued = await ctx.db
    .query('roleIntents')
    .withIndex('byUserState', (q) => q.eq('userId', row._id).eq('state', 'queued'))
    .take(10);
  for (const intent of queued) {
    await ctx.db.patch('roleIntents', intent._id, { state, updatedAt: now });
  }
}

/** Begins an attempt, or says by null that there is nothing to do (any more, or yet). */
export async function claimIntent(
  ctx: MutationCtx,
  intentId: Id<'roleIntents'>,
  now: number,
): Promise<PushOrder | null> {
  const intent = await ctx.db.get('roleIntents', intentId);
  if (intent === null || intent.state !== 'queued' || intent.role === undefined) return null;
  const row = await ctx.db.get('users', intent.userId);
  if (row === null || !isWanted(row, intent)) {
    await ctx.db.patch('roleIntents', intentId, { state: 'superseded', updatedAt: now });
    return null;
  }
  // The one in flight hands over when it settles.
  if (await inFlightOf(ctx, intent.userId)) return null;
  if (intent.notBefore > now) return await postpone(ctx, intentId, intent.notBefore - now);
  const budget = await takeClerkRequest(ctx, clerkInstanceKind());
  if (!budget.ok) return await postpone(ctx, intentId, budget.waitMs);
  await ctx.db.patch('roleIntents', intentId, {
    state: 'inFlight',
    attempts: intent.attempts + 1,
    updatedAt: now,
  });
  return { externalId: intent.externalId, role: intent.role, rev: intent.rev };
}

/** Ends an attempt: done, tried again later, or given up loudly. */
export async function settleIntent(
  ctx: MutationCtx,
  intent: Intent,
  report: PushReport,
  cause: Cause,
): Promise<void> {
  const row = await ctx.db.get('users', intent.userId);
  if (report.kind === 'done') await closeDone(ctx, intent, row, cause);
  else if (row === null || !isWanted(row, intent)) {
    await ctx.db.patch('roleIntents', intent._id, { state: 'superseded', updatedAt: cause.now });
  } else if (report.kind === 'retry' && intent.attempts < pushAttemptsMax) {
    await tryLater(ctx, { intent, row, now: cause.now }, report);
  } else {
    await giveUp(ctx, { intent, row, reason: report.reason }, cause);
  }
  await handOver(ctx, intent.userId);
}

/** The wait before attempt `attempts + 1`, in ms, when Clerk does not name one. */
export function backoffMs(attempts: number): number {
  return Math.min(pushBackoffMsFirst * 2 ** Math.max(0, attempts - 1), pushBackoffMsMax);
}

/** Gives the intent to the pool; safe to repeat. */
export async function handToPool(
  ctx: MutationCtx,
  intentId: Id<'roleIntents'>,
  runAfter: number,
): Promise<void> {
  await clerkPool.enqueueAction(
    ctx,
    internal.outbox.push,
    { intentId },
    {
      runAfter,
      onComplete: internal.outbox.lost,
      onCompleteExcludeKinds: ['success', 'canceled'],
      context: { intentId },
    },
  );
}

/** An intent is wanted while it carries the row's newest decision and Clerk has not got it. */
function isWanted(row: UserRow, intent: Intent): boolean {
  return (
    row.deletedAt === undefined &&
    row.heldDeletionAt === undefined &&
    row.roleRev === intent.rev &&
    row.push.state === 'pending'
  );
}

async function inFlightOf(ctx: MutationCtx, userId: Id<'users'>): Promise<boolean> {
  const intent = await ctx.db
    .query('roleIntents')
    .withIndex('byUserState', (q) => q.eq('userId', userId).eq('state', 'inFlight'))
    .first();
  return intent !== null;
}

async function postpone(
  ctx: MutationCtx,
  intentId: Id<'roleIntents'>,
  waitMs: number,
): Promise<null> {
  await handToPool(ctx, intentId, waitMs);
  return null;
}

async function closeDone(
  ctx: MutationCtx,
  intent: Intent,
  row: UserRow | null,
  cause: Cause,
): Promise<void> {
  await ctx.db.patch('roleIntents', intent._id, {
    state: 'done',
    reason: undefined,
    updatedAt: cause.now,
  });
  if (row !== null && isWanted(row, intent)) {
    await patchUser(ctx, row, {
      push: { state: 'synced' },
      roleIssue: undefined,
      clerk: { ...row.clerk, role: intent.role },
    });
  }
}

async function tryLater(
  ctx: MutationCtx,
  { intent, row, now }: { intent: Intent; row: UserRow; now: number },
  report: { reason: string; afterMs?: number },
): Promise<void> {
  const waitMs = report.afterMs ?? backoffMs(intent.attempts);
  await ctx.db.patch('roleIntents', intent._id, {
    state: 'queued',
    reason: report.reason,
    notBefore: now + waitMs,
    updatedAt: now,
  });
  if (row.push.reason !== report.reason) {
    await patchUser(ctx, row, { push: { state: 'pending', reason: report.reason } });
  }
  await handToPool(ctx, intent._id, waitMs);
}

async function giveUp(
  ctx: MutationCtx,
  { intent, row, reason }: { intent: Intent; row: UserRow; reason: string },
  cause: Cause,
): Promise<void> {
  await ctx.db.patch('roleIntents', intent._id, { state: 'failed', reason, updatedAt: cause.now });
  await patchUser(ctx, row, { push: { state: 'failed', reason } });
  await appendAudit(ctx, cause, {
    action: 'role.pushFailed',
    target: `user:${row.externalId}`,
    after: { role: row.role, rev: intent.rev, attempts: intent.attempts, reason },
    alarm: true,
  });
}

/** What was decided while a request was in flight goes out now. */
async function handOver(ctx: MutationCtx, userId: Id<'users'>): Promise<void> {
  const next = await ctx.db
    .query('roleIntents')
    .withIndex('byUserState', (q) => q.eq('userId', userId).eq('state', 'queued'))
    .order('desc')
    .first();
  if (next !== null && next.attempts === 0) await handToPool(ctx, next._id, 0);
}
