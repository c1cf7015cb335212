import { ConvexError, type Infer, v } from 'convex/values';
import { isErrorBody } from '../../src/shared/error-codes';
import type { RoleSource } from '../../src/shared/people';
import { internal } from '../_generated/api';
import type { Id } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import { hasAccess, requirePermission } from './access';
import type { Cause } from './auditLog';
import { type BulkJob, finishBulk, isRunning, permissionFor } from './bulkJobs';
import { deactivate, reactivate } from './changeAccess';
import { changeRole } from './changeRole';
import { fail } from './errors';
import { bulkBatch, bulkCollectBatch } from './limits';
import { pageOfUsers, searchTextOf } from './listing';
import { searchAll } from './searchUsers';
import type { UserRow } from './userRows';
import { type BulkAction, type BulkFormer, bulkFormer, type BulkJobAction } from './validators';

/** How audit entries name an API token. */
const tokenPrefix = 'token:';

/** What a change of one person came to; of a change, what was before. */
export const changedOne = v.union(
  v.object({ outcome: v.literal('changed'), former: v.optional(bulkFormer) }),
  v.object({ outcome: v.literal('unchanged') }),
);
type ChangedOne = Infer<typeof changedOne>;

type Outcome = ChangedOne | { outcome: 'refused'; code: string };

interface Whom {
  jobId: Id<'bulkJobs'>;
  userId: Id<'users'>;
  /** What to restore, where the job takes another back. */
  former?: BulkFormer;
}

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
  const { people, isDone, cursor } = await nextPeople(ctx, job);
  for (const one of people) {
    await ctx.db.insert('bulkResults', { jobId: job._id, ...one, outcome: 'queued' });
  }
  await goOn(ctx, job, {
    total: job.total + people.length,
    ...(isDone ? { status: 'applying' as const, cursor: undefined } : { cursor }),
    updatedAt: cause.now,
  });
}

interface Collected {
  people: Pick<Whom, 'userId' | 'former'>[];
  isDone: boolean;
  cursor: string;
}

async function nextPeople(ctx: MutationCtx, { selection, cursor }: BulkJob): Promise<Collected> {
  const options = { numItems: bulkCollectBatch, cursor: cursor ?? null };
  switch (selection.kind) {
    case 'ids':
      throw new Error('people named one by one are noted at once');
    case 'changed': {
      const { page, isDone, continueCursor } = await ctx.db
        .query('bulkResults')
        .withIndex('byJob', (q) => q.eq('jobId', selection.jobId).eq('outcome', 'changed'))
        .paginate(options);
      const people = page.map(({ userId, former }) => ({ userId, ...(former && { former }) }));
      return { people, isDone, cursor: continueCursor };
    }
    case 'filter': {
      const { filter, except } = selection;
      const leftOut = new Set<string>(except);
      const search = searchTextOf(filter);
      const { page, isDone, continueCursor } =
        search === ''
          ? await pageOfUsers(ctx, filter, options)
          : { page: await searchAll(ctx, filter, search), isDone: true, continueCursor: '' };
      const found = page.filter((row) => !leftOut.has(row._id));
      const people = found.map(({ _id: userId }) => ({ userId }));
      return { people, isDone, cursor: continueCursor };
    }
  }
}

async function apply(ctx: MutationCtx, job: BulkJob, cause: Cause): Promise<void> {
  const batch = await ctx.db
    .query('bulkResults')
    .withIndex('byJob', (q) => q.eq('jobId', job._id).eq('outcome', 'queued'))
    .take(bulkBatch);
  const tally = { changed: job.changed, unchanged: job.unchanged, refused: job.refused };
  for (const result of batch) {
    const { userId, former } = result;
    const became = await changeInIsolation(ctx, {
      jobId: job._id,
      userId,
      ...(former && { former }),
    });
    await ctx.db.patch('bulkResults', result._id, became);
    tally[became.outcome] += 1;
  }
  const change = { ...tally, updatedAt: cause.now };
  if (batch.length === bulkBatch) return await goOn(ctx, job, change);
  await ctx.db.patch('bulkJobs', job._id, change);
  await finishBulk(ctx, { ...job, ...change }, { status: 'completed' }, cause);
}

/** In a transaction of its own within the step: a refusal undoes that person's change alone. */
async function changeInIsolation(ctx: MutationCtx, whom: Whom): Promise<Outcome> {
  try {
    return await ctx.runMutation(internal.bulk.changeOne, whom);
  } catch (error) {
    const data: unknown = error instanceof ConvexError ? error.data : undefined;
    return { outcome: 'refused', code: isErrorBody(data) ? data.code : 'INTERNAL' };
  }
}

/** The single change, with the permission and the rules of the single change. */
export async function changeOne(
  ctx: MutationCtx,
  { jobId, userId, former }: Whom,
): Promise<ChangedOne> {
  const job = await ctx.db.get('bulkJobs', jobId);
  if (job === null) fail('NOT_FOUND');
  const actor = await ctx.db.get('users', job.actorId);
  if (actor === null || !hasAccess(actor)) fail('ACCOUNT_INACTIVE');
  const target = await ctx.db.get('users', userId);
  if (target === null) fail('USER_NOT_FOUND');
  requirePermission(actor, permissionFor(job.action), target);
  const cause = causeOf(job);
  const changed = await change(ctx, target, { action: job.action, former }, cause);
  // A change that changes nothing hands back the very row it was given.
  if (changed === target) return { outcome: 'unchanged' };
  return { outcome: 'changed', former: formerOf(target, changed, job.action) };
}

/** What is kept so that the change can be taken back; of one that takes back, nothing. */
function formerOf(before: UserRow, after: UserRow, action: BulkJobAction): BulkFormer | undefined {
  switch (action.kind) {
    case 'role':
      return { kind: 'role', role: before.role, became: after.role, rev: after.roleRev };
    case 'deactivate':
    case 'reactivate':
      return { kind: 'access', isActive: before.isActive, rev: after.access?.rev ?? 0 };
    case 'undo':
      return undefined;
  }
}

/** Gives back what somebody had, unless there is a newer decision about it, here or in Clerk. */
async function restore(
  ctx: MutationCtx,
  target: UserRow,
  { of, former }: { of: BulkAction['kind']; former: BulkFormer | undefined },
  cause: Cause & { source: RoleSource },
): Promise<UserRow> {
  if (former === undefined) fail('CHANGED_SINCE');
  switch (former.kind) {
    case 'role':
      // An edit in Clerk leaves the revision of our decision as it is.
      if (target.roleRev !== former.rev || target.role !== former.became) fail('CHANGED_SINCE');
      return await changeRole(ctx, target, former.role, cause);
    case 'access':
      if (target.access?.rev !== former.rev || target.isActive !== (of === 'reactivate')) {
        fail('CHANGED_SINCE');
      }
      // Somebody who was active, but banned in Clerk, stays active.
      if (target.isActive === former.isActive) return target;
      return former.isActive
        ? await reactivate(ctx, target, cause)
        : await deactivate(ctx, target, cause);
  }
}

async function change(
  ctx: MutationCtx,
  target: UserRow,
  { action, former }: { action: BulkJobAction; former: BulkFormer | undefined },
  cause: Cause & { source: RoleSource },
): Promise<UserRow> {
  switch (action.kind) {
    case 'undo':
      return await restore(ctx, target, { of: action.of, former }, cause);
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
