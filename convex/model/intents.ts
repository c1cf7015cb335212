import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import { clerkPool } from './pools';
import type { UserChange, UserRow } from './userRows';
import type { NameParts, PushState } from './validators';

/** One decision of ours that Clerk is to learn; see `outbox.ts`. */
export type Intent = Doc<'roleIntents'>;

/** What an intent is about: of each there is at most one wanted intent per person. */
type Channel = 'role' | 'access' | 'name';

/** Queues a push of the row's role as decided; older queued ones are superseded. */
export async function queuePush(ctx: MutationCtx, row: UserRow, now: number): Promise<void> {
  await queue(ctx, row, { kind: 'role', role: row.role, rev: row.roleRev }, now);
}

/** Queues a ban, unban or deletion as decided in the row; older queued ones are superseded. */
export async function queueAccess(ctx: MutationCtx, row: UserRow, now: number): Promise<void> {
  const kind = row.deletedAt !== undefined ? 'delete' : row.isActive ? 'unban' : 'ban';
  await queue(ctx, row, { kind, rev: row.access?.rev ?? 0 }, now);
}

/** Queues the row's name as decided; older queued ones are superseded. */
export async function queueName(ctx: MutationCtx, row: UserRow, now: number): Promise<void> {
  const name: NameParts = { firstName: row.firstName, lastName: row.lastName };
  await queue(ctx, row, { kind: 'name', name, rev: row.nameEdit?.rev ?? 0 }, now);
}

async function queue(
  ctx: MutationCtx,
  row: UserRow,
  what: Pick<Intent, 'kind' | 'role' | 'name' | 'rev'>,
  now: number,
): Promise<void> {
  await closeOpen(ctx, row, { as: 'superseded', of: channelOf(what), now });
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
 * Settles what waits or was given up on, without a request, of one channel or of all; one in flight
 * ends through its own report.
 */
export async function closeOpen(
  ctx: MutationCtx,
  row: UserRow,
  close: { as: 'done' | 'superseded'; of?: Channel; now: number },
): Promise<void> {
  for (const intent of await openIntents(ctx, row)) {
    if (close.of !== undefined && close.of !== channelOf(intent)) continue;
    await ctx.db.patch('roleIntents', intent._id, { state: close.as, updatedAt: close.now });
  }
}

/** What waits, and the dead letters. Of each there is at most one per channel. */
async function openIntents(ctx: MutationCtx, row: UserRow): Promise<Intent[]> {
  const inState = async (state: 'queued' | 'failed') =>
    await ctx.db
      .query('roleIntents')
      .withIndex('byUserState', (q) => q.eq('userId', row._id).eq('state', state))
      .take(10);
  return [...(await inState('queued')), ...(await inState('failed'))];
}

/** Closes the dead letters of a person; says which there were. */
export async function dismissFailed(
  ctx: MutationCtx,
  row: UserRow,
  now: number,
): Promise<Intent[]> {
  const failed = (await openIntents(ctx, row)).filter(({ state }) => state === 'failed');
  for (const { _id } of failed) {
    await ctx.db.patch('roleIntents', _id, { state: 'dismissed', updatedAt: now });
  }
  return failed;
}

/** No request of ours will carry this to Clerk any more, and Clerk has not got it. */
export function givenUp(push: PushState | undefined): boolean {
  return push?.state === 'failed' || push?.state === 'differs';
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
  switch (channelOf(intent)) {
    case 'role':
      return row.roleRev === intent.rev && row.push.state === 'pending';
    case 'access':
      return row.access?.rev === intent.rev && row.access.state === 'pending';
    case 'name':
      return row.nameEdit?.rev === intent.rev && row.nameEdit.state === 'pending';
  }
}

export function channelOf({ kind }: Pick<Intent, 'kind'>): Channel {
  return kind === 'role' || kind === 'name' ? kind : 'access';
}

/** What the row says of a channel now. */
export function standing(row: UserRow, channel: Channel): PushState | undefined {
  if (channel === 'role') return row.push;
  return channel === 'access' ? row.access : row.nameEdit;
}

/** Where the row says how this intent fares. */
export function fares(row: UserRow, intent: Intent, { state, reason }: PushState): UserChange {
  switch (channelOf(intent)) {
    case 'role':
      return { push: { state, reason } };
    case 'access':
      return { access: { state, reason, rev: intent.rev } };
    case 'name':
      return row.nameEdit === undefined ? {} : { nameEdit: { ...row.nameEdit, state, reason } };
  }
}
