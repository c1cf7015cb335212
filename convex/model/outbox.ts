import type { Id } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import type { Role } from '../../src/shared/roles';
import { appendAudit, type Cause } from './auditLog';
import { clerkInstanceKind } from './environment';
import { channelOf, fares, handToPool, type Intent, isWanted, standing } from './intents';
import { pushAttemptsMax, pushBackoffMsFirst, pushBackoffMsMax } from './limits';
import { takeClerkRequest, takeUserUpdate } from './pools';
import { patchUser, type UserRow } from './userRows';
import type { NameParts } from './validators';

/*
 * The outbox: what we have decided and Clerk does not know yet.
 *
 * A decision writes an intent in its own transaction. A worker claims the intent, makes the one
 * request, and settles it; claim and settle are mutations, so that at most one intent per person is
 * `inFlight` at any time, whatever the pool does. Running a worker for an intent twice is harmless.
 */

export type PushOrder = { externalId: string; rev: number } & (
  | { kind: 'role'; role: Role }
  | { kind: 'name'; name: NameParts }
  | { kind: 'ban' | 'unban' | 'delete' }
);

export type PushReport =
  | { kind: 'done' }
  | { kind: 'retry'; reason: string; afterMs?: number }
  | { kind: 'refused'; reason: string };

/** Begins an attempt, or says by null that there is nothing to do (any more, or yet). */
export async function claimIntent(
  ctx: MutationCtx,
  intentId: Id<'roleIntents'>,
  now: number,
): Promise<PushOrder | null> {
  const intent = await ctx.db.get('roleIntents', intentId);
  if (intent === null || intent.state !== 'queued') return null;
  const row = await ctx.db.get('users', intent.userId);
  if (row === null || !isWanted(row, intent)) {
    await ctx.db.patch('roleIntents', intentId, { state: 'superseded', updatedAt: now });
    return null;
  }
  // The one in flight hands over when it settles.
  if (await inFlightOf(ctx, intent.userId)) return null;
  if (intent.notBefore > now) return await postpone(ctx, intentId, intent.notBefore - now);
  const budget = await takeBudget(ctx, intent);
  if (!budget.ok) return await postpone(ctx, intentId, budget.waitMs);
  await ctx.db.patch('roleIntents', intentId, {
    state: 'inFlight',
    attempts: intent.attempts + 1,
    updatedAt: now,
  });
  return orderOf(intent);
}

/** Clerk counts the requests of an instance, and of one person the updates besides. */
async function takeBudget(ctx: MutationCtx, { kind, externalId }: Intent) {
  if (kind === 'role' || kind === 'name') {
    const budget = await takeUserUpdate(ctx, externalId);
    if (!budget.ok) return budget;
  }
  return await takeClerkRequest(ctx, clerkInstanceKind());
}

function orderOf({ externalId, rev, kind, role, name }: Intent): PushOrder {
  switch (kind) {
    case 'role':
      if (role === undefined) throw new Error('an intent of a role names none');
      return { externalId, rev, kind, role };
    case 'name':
      return { externalId, rev, kind, name: name ?? {} };
    default:
      return { externalId, rev, kind };
  }
}

/** Ends an attempt: done, tried again later, or given up loudly. */
export async function settleIntent(
  ctx: MutationCtx,
  ended: Intent,
  report: PushReport,
  cause: Cause,
): Promise<void> {
  const row = await ctx.db.get('users', ended.userId);
  const doubts = report.kind === 'retry' ? (ended.doubts ?? 0) + 1 : ended.doubts;
  const intent = { ...ended, doubts };
  if (report.kind === 'done') await closeDone(ctx, intent, row, cause);
  else if (row === null || !isWanted(row, intent)) {
    const closed = { state: 'superseded' as const, doubts, updatedAt: cause.now };
    await ctx.db.patch('roleIntents', intent._id, closed);
  } else if (report.kind === 'retry' && intent.attempts < pushAttemptsMax) {
    await tryLater(ctx, { intent, row, now: cause.now }, report);
  } else {
    await giveUp(ctx, { intent, row, reason: report.reason }, cause);
  }
  await handOver(ctx, intent.userId, cause.now);
}

/** The wait before attempt `attempts + 1`, in ms, when Clerk does not name one. */
export function backoffMs(attempts: number): number {
  return Math.min(pushBackoffMsFirst * 2 ** Math.max(0, attempts - 1), pushBackoffMsMax);
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
  if (row === null || !isWanted(row, intent)) return;
  // What Clerk says now is for its answer to tell, which the version register has judged already.
  await patchUser(ctx, row, fares(row, intent, { state: 'synced' }));
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
    doubts: intent.doubts,
    notBefore: now + waitMs,
    updatedAt: now,
  });
  if (standing(row, channelOf(intent))?.reason !== report.reason) {
    await patchUser(ctx, row, fares(row, intent, { state: 'pending', reason: report.reason }));
  }
  await handToPool(ctx, intent._id, waitMs);
}

async function giveUp(
  ctx: MutationCtx,
  { intent, row, reason }: { intent: Intent; row: UserRow; reason: string },
  cause: Cause,
): Promise<void> {
  const { kind, rev, attempts, doubts } = intent;
  const closed = { state: 'failed' as const, reason, doubts, updatedAt: cause.now };
  await ctx.db.patch('roleIntents', intent._id, closed);
  await patchUser(ctx, row, fares(row, intent, { state: 'failed', reason }));
  await appendAudit(ctx, cause, {
    action: `${channelOf(intent)}.pushFailed`,
    target: `user:${row.externalId}`,
    before: { push: standing(row, channelOf(intent))?.state ?? null },
    after: {
      push: 'failed',
      ...(kind === 'role' ? { role: row.role } : { kind }),
      rev,
      attempts,
      reason,
    },
    alarm: true,
  });
}

/** What came due while a request was in flight goes out now; what is due later has its own timer. */
async function handOver(ctx: MutationCtx, userId: Id<'users'>, now: number): Promise<void> {
  const queued = await ctx.db
    .query('roleIntents')
    .withIndex('byUserState', (q) => q.eq('userId', userId).eq('state', 'queued'))
    .take(10);
  for (const intent of queued) {
    if (intent.notBefore <= now) await handToPool(ctx, intent._id, 0);
  }
}
