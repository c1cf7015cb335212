import { ConvexError } from 'convex/values';
import { isErrorBody } from '../../src/shared/error-codes';
import type { RoleSource } from '../../src/shared/people';
import { internal } from '../_generated/api';
import type { Id } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import { hasAccess, requirePermission } from './access';
import type { Cause } from './auditLog';
import { type BulkJob, finishBulk, isRunning, permissionOf } from './bulkJobs';
import { deactivate, reactivate } from './changeAccess';
import { changeRole } from './changeRole';
import { fail } from './errors';
import { bulkBatch, bulkCollectBatch } from './limits';
import { pageOfUsers, searchTextOf } from './listing';
import { searchAll } from './searchUsers';
import type { UserRow } from './userRows';
import type { BulkAction } from './validators';

/** How audit entries name an API token. */
const tokenPrefix = 'token:';

type Outcome = { outcome: 'changed' | 'unchanged' } | { outcome: 'refused'; code: string };

/**
 * One step of a bulk change: takes in a batch of people, or changes a batch of them, and schedules
 * the next. Each step is one transaction; a job that was interrupted goes on where it stood.
 */
export async function stepBulk(ctx: MutationCtx, jobId: Id<'bulkJobs'>): Promise<void> {
  const job = await ctx.db.get('bulkJobs', jobId);
  if (job === null || !isRunning(job)) return;
  const cause = causeOf(job);
  if (!(await stillActs(ctx, job))) {
    // Whoever lost access meanwhile changes nobody any more.
    await finishBulk(ctx, job, { status: 'failed', failure: 'ACCOUNT_INACTIVE' }, cause);
    return;
  }
  if (job.status === 'collecting') await collect(ctx, job, cause);
  else await apply(ctx, job, cause);
}

/** Whether the person has access still, and the API token through which they began is not revoked. */
async function stillActs(ctx: MutationCtx, job: BulkJob): Promise<boolean> {
  const actor = await ctx.db.get('users', job.actorId);
  if (actor === null || !hasAccess(actor)) return false;
  if (!job.by.actor.startsWith(tokenPrefix)) return true;
  const tokenId = job.by.actor.slice(tokenPrefix.length);
  const token = await ctx.db
    .query('apiTokens')
    .withIndex('byTokenId', (q) => q.eq('tokenId', tokenId))
    .unique();
  return token !== null && token.revokedAt === undefined;
}

async function collect(ctx: MutationCtx, job: BulkJob, cause: Cause): Promise<void> {
  if (job.selection.kind !== 'filter') throw new Error('only a filter is collected');
  const { filter, except } = job.selection;
  const leftOut = new Set<string>(except);
  const page =
    searchTextOf(filter) === ''
      ? await pageOfUsers(ctx, filter, { numItems: bulkCollectBatch, cursor: job.cursor ?? null })
      : {
          page: await searchAll(ctx, filter, searchTextOf(filter)),
          isDone: true,
          continueCursor: '',
        };
  const found = page.page.filter((row) => !leftOut.has(row._id));
  for (const { _id: userId } of found) {
    await ctx.db.insert('bulkResults', { jobId: job._id, userId, outcome: 'queued' });
  }
  await goOn(ctx, job, {
    total: job.total + found.length,
    ...(page.isDone
      ? { status: 'applying' as const, cursor: undefined }
      : { cursor: page.continueCursor }),
    updatedAt: cause.now,
  });
}

async function apply(ctx: MutationCtx, job: BulkJob, cause: Cause): Promise<void> {
  const batch = await ctx.db
    .query('bulkResults')
    .withIndex('byJob', (q) => q.eq('jobId', job._id).eq('outcome', 'queued'))
    .take(bulkBatch);
  const tally = { changed: job.changed, unchanged: job.unchanged, refused: job.refused };
  for (const result of batch) {
    const { userId } = result;
    const became = await changeInIsolation(ctx, { jobId: job._id, userId });
    await ctx.db.patch('bulkResults', result._id, became);
    tally[became.outcome] += 1;
  }
  const change = { ...tally, updatedAt: cause.now };
  if (batch.length === bulkBatch) return await goOn(ctx, job, change);
  await ctx.db.patch('bulkJobs', job._id, change);
  await finishBulk(ctx, { ...job, ...change }, { status: 'completed' }, cause);
}

/** In a transaction of its own within the step: a refusal undoes that person's change alone. */
async function changeInIsolation(
  ctx: MutationCtx,
  whom: { jobId: Id<'bulkJobs'>; userId: Id<'users'> },
): Promise<Outcome> {
  try {
    return { outcome: await ctx.runMutation(internal.bulk.changeOne, whom) };
  } catch (error) {
    const data: unknown = error instanceof ConvexError ? error.data : undefined;
    return { outcome: 'refused', code: isErrorBody(data) ? data.code : 'INTERNAL' };
  }
}

/** The single change, with the permission and the rules of the single change. */
export async function changeOne(
  ctx: MutationCtx,
  { jobId, userId }: { jobId: Id<'bulkJobs'>; userId: Id<'users'> },
): Promise<'changed' | 'unchanged'> {
  const job = await ctx.db.get('bulkJobs', jobId);
  if (job === null) fail('NOT_FOUND');
  const actor = await ctx.db.get('users', job.actorId);
  if (actor === null || !hasAccess(actor)) fail('ACCOUNT_INACTIVE');
  const target = await ctx.db.get('users', userId);
  if (target === null) fail('USER_NOT_FOUND');
  requirePermission(actor, permissionOf[job.action.kind], target);
  const cause = causeOf(job);
  // A change that changes nothing hands back the very row it was given.
  return (await change(ctx, target, job.action, cause)) === target ? 'unchanged' : 'changed';
}

async function change(
  ctx: MutationCtx,
  target: UserRow,
  action: BulkAction,
  cause: Cause & { source: RoleSource },
): Promise<UserRow> {
  switch (action.kind) {
    case 'role':
      return await changeRole(ctx, target, action.role, cause);
    case 'deactivate':
      return await deactivate(ctx, target, cause);
    case 'reactivate':
      return await reactivate(ctx, target, cause);
  }
}

async function goOn(ctx: MutationCtx, job: BulkJob, change: Partial<BulkJob>): Promise<void> {
  await ctx.db.patch('bulkJobs', job._id, change);
  await ctx.scheduler.runAfter(0, internal.bulk.step, { jobId: job._id });
}

function causeOf({ _id, by }: BulkJob): Cause & { source: RoleSource } {
  return { ...by, correlationId: `bulk:${_id}`, now: Date.now() };
}
