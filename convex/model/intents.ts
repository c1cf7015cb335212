import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import { clerkPool } from './pools';
import type { UserChange, UserRow } from './userRows';
import type { PushState } from './validators';

/** One decision of ours that Clerk is to learn; see `outbox.ts`. */
export type Intent = Doc<'roleIntents'>;

/** What an intent is about: of each there is at most one wanted intent per person. */
type Channel = 'role' | 'access';

/** Queues a push of the row's role as decided; older queued ones are superseded. */
export async function queuePush(ctx: MutationCtx, row: UserRow, now: number): Promise<void> {
  await queue(ctx, row, { kind: 'role', role: row.role, rev: row.roleRev }, now);
}

/** Queues a ban, unban or deletion as decided in the row; older queued ones are superseded. */
export async function queueAccess(ctx: MutationCtx, row: UserRow, now: number): Promise<void> {
  const kind = row.deletedAt !== undefined ? 'delete' : row.isActive ? 'unban' : 'ban';
  await queue(ctx, row, { kind, rev: row.access?.rev ?? 0 }, now);
}

async function queue(
  ctx: MutationCtx,
  row: UserRow,
  what: Pick<Intent, 'kind' | 'role' | 'rev'>,
  now: number,
): Promise<void> {
  await closeQueued(ctx, row, { as: 'superseded', of: channelOf(what), now });
  const intentId = await ctx.db.insert('roleIntents', {
    userId: row._id,
    externalId: row.externalId,
    ...what,
    state: 'queued',
    attempts: 0,
    notBefore: now,
    createdAt: now,
    updatedAt: now,
  });
  await handToPool(ctx, intentId, 0);
}

/**
 * Settles what is waiting without a request, of one channel or of both; one in flight ends through
 * its own report.
 */
export async function closeQueued(
  ctx: MutationCtx,
  row: UserRow,
  close: { as: 'done' | 'superseded'; of?: Channel; now: number },
): Promise<void> {
  const queued = await ctx.db
    .query('roleIntents')
    .withIndex('byUserState', (q) => q.eq('userId', row._id).eq('state', 'queued'))
    .take(10);
  for (const intent of queued) {
    if (close.of !== undefined && close.of !== channelOf(intent)) continue;
    await ctx.db.patch('roleIntents', intent._id, { state: close.as, updatedAt: close.now });
  }
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
export function isWanted(row: UserRow, intent: Intent): boolean {
  const gone = row.deletedAt !== undefined || row.heldDeletionAt !== undefined;
  if (gone !== (intent.kind === 'delete')) return false;
  return channelOf(intent) === 'role'
    ? row.roleRev === intent.rev && row.push.state === 'pending'
    : row.access?.rev === intent.rev && row.access.state === 'pending';
}

export function channelOf({ kind }: Pick<Intent, 'kind'>): Channel {
  return kind === 'role' ? 'role' : 'access';
}

/** Where the row says how this intent fares. */
export function fares(intent: Intent, push: PushState): UserChange {
  return channelOf(intent) === 'role' ? { push } : { access: { ...push, rev: intent.rev } };
}
