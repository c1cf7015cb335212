import type { PaginationOptions, PaginationResult } from 'convex/server';
import { type Infer, v } from 'convex/values';
import type { BulkOutcome } from '../../src/shared/bulk';
import { bulkIdsMax, type RoleSource } from '../../src/shared/people';
import type { Permission } from '../../src/shared/permissions';
import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { type ActorRow, requireSometimes } from './access';
import { appendAudit, type Cause } from './auditLog';
import { fail } from './errors';
import { boundedPage, searchTextOf } from './listing';
import type { UserRow } from './userRows';
import {
  type BulkAction,
  type BulkJobAction,
  bulkJobAction,
  bulkOutcome,
  type BulkSelection,
  bulkStatus,
  roleValidator,
  userState,
} from './validators';

export type BulkJob = Doc<'bulkJobs'>;

/** What a bulk change asks of each person is what the single change asks. */
export const permissionOf = {
  role: 'users:setRole',
  deactivate: 'users:deactivate',
  reactivate: 'users:reactivate',
} as const satisfies Record<BulkAction['kind'], Permission>;

/** What takes a change back asks what the opposite change asks. */
const permissionToUndo = {
  role: 'users:setRole',
  deactivate: 'users:reactivate',
  reactivate: 'users:deactivate',
} as const satisfies Record<BulkAction['kind'], Permission>;

export function permissionFor(action: BulkJobAction): Permission {
  return action.kind === 'undo' ? permissionToUndo[action.of] : permissionOf[action.kind];
}

export const bulkJobView = v.object({
  _id: v.id('bulkJobs'),
  action: bulkJobAction,
  status: bulkStatus,
  total: v.number(),
  changed: v.number(),
  unchanged: v.number(),
  refused: v.number(),
  failure: v.optional(v.string()),
  undoneBy: v.optional(v.id('bulkJobs')),
  createdAt: v.number(),
  finishedAt: v.optional(v.number()),
});

export const bulkResultView = v.object({
  userId: v.id('users'),
  /** Null once the row is erased. */
  user: v.union(
    v.object({
      name: v.string(),
      email: v.optional(v.string()),
      role: roleValidator,
      state: userState,
    }),
    v.null(),
  ),
  outcome: bulkOutcome,
  code: v.optional(v.string()),
});

export function isRunning({ status }: Pick<BulkJob, 'status'>): boolean {
  return status === 'collecting' || status === 'applying';
}

export function toBulkJob(job: BulkJob): Infer<typeof bulkJobView> {
  return {
    _id: job._id,
    action: job.action,
    status: job.status,
    total: job.total,
    changed: job.changed,
    unchanged: job.unchanged,
    refused: job.refused,
    failure: job.failure,
    undoneBy: job.undoneBy,
    createdAt: job.createdAt,
    finishedAt: job.finishedAt,
  };
}

/** The caller's newest job. */
export async function latestJob(ctx: QueryCtx, actor: UserRow): Promise<BulkJob | null> {
  return await ctx.db
    .query('bulkJobs')
    .withIndex('byActor', (q) => q.eq('actorId', actor._id))
    .order('desc')
    .first();
}

/**
 * Begins a bulk change: one at a time per person. People named one by one are noted at once, a
 * filter is gone through by scheduled steps. Nobody is changed in this transaction.
 */
export async function startBulk(
  ctx: MutationCtx,
  actor: ActorRow,
  { action, selection }: { action: BulkAction; selection: BulkSelection },
  cause: Cause & { source: RoleSource },
): Promise<Id<'bulkJobs'>> {
  requireSometimes(actor, permissionOf[action.kind]);
  const ids = namedPeople(selection);
  const jobId = await insertJob(ctx, actor, { action, selection, total: ids.length }, cause);
  for (const userId of ids) {
    await ctx.db.insert('bulkResults', { jobId, userId, outcome: 'queued' });
  }
  return jobId;
}

/**
 * Begins to take a bulk change back: those whom it changed get their former role or access, except
 * where somebody decided anew since. Each job can be taken back once; what takes back cannot.
 */
export async function undoBulk(
  ctx: MutationCtx,
  actor: ActorRow,
  job: BulkJob,
  cause: Cause & { source: RoleSource },
): Promise<Id<'bulkJobs'>> {
  const { action } = job;
  if (action.kind === 'undo') fail('BULK_NOT_UNDOABLE');
  const undo = { kind: 'undo' as const, of: action.kind, jobId: job._id };
  requireSometimes(actor, permissionFor(undo));
  if (isRunning(job)) fail('BULK_RUNNING');
  if (job.undoneBy !== undefined || job.changed === 0) fail('BULK_NOT_UNDOABLE');
  const selection = { kind: 'changed' as const, jobId: job._id };
  const jobId = await insertJob(ctx, actor, { action: undo, selection, total: 0 }, cause);
  await ctx.db.patch('bulkJobs', job._id, { undoneBy: jobId });
  return jobId;
}

/** One running job per person. */
async function insertJob(
  ctx: MutationCtx,
  actor: ActorRow,
  { action, selection, total }: Pick<BulkJob, 'action' | 'selection' | 'total'>,
  cause: Cause & { source: RoleSource },
): Promise<Id<'bulkJobs'>> {
  const latest = await latestJob(ctx, actor);
  if (latest !== null && isRunning(latest)) fail('BULK_RUNNING');
  const jobId = await ctx.db.insert('bulkJobs', {
    actorId: actor._id,
    by: { actor: cause.actor, source: cause.source },
    action,
    selection,
    status: selection.kind === 'ids' ? 'applying' : 'collecting',
    total,
    changed: 0,
    unchanged: 0,
    refused: 0,
    createdAt: cause.now,
    updatedAt: cause.now,
  });
  await appendAudit(ctx, cause, {
    action: 'bulk.started',
    target: `bulk:${jobId}`,
    after: { ...facts(action), ...selectionFacts(selection) },
  });
  await ctx.scheduler.runAfter(0, internal.bulk.step, { jobId });
  return jobId;
}

/** Ends a job between two steps; what it has changed stays. */
export async function cancelBulk(ctx: MutationCtx, job: BulkJob, cause: Cause): Promise<BulkJob> {
  if (!isRunning(job)) fail('BULK_FINISHED');
  return await finishBulk(ctx, job, { status: 'cancelled' }, cause);
}

/** Puts a job to rest with its entry in the audit log. */
export async function finishBulk(
  ctx: MutationCtx,
  job: BulkJob,
  end: { status: 'completed' | 'cancelled' } | { status: 'failed'; failure: string },
  cause: Cause,
): Promise<BulkJob> {
  const change = { ...end, cursor: undefined, updatedAt: cause.now, finishedAt: cause.now };
  await ctx.db.patch('bulkJobs', job._id, change);
  const { total, changed, unchanged, refused } = job;
  await appendAudit(ctx, cause, {
    action: `bulk.${end.status}`,
    target: `bulk:${job._id}`,
    before: { status: job.status },
    after: { status: end.status, ...facts(job.action), total, changed, unchanged, refused },
  });
  return { ...job, ...change };
}

/** What became of each person, by outcome where one is asked for. */
export async function listResults(
  ctx: QueryCtx,
  jobId: Id<'bulkJobs'>,
  { outcome, paginationOpts }: { outcome?: BulkOutcome; paginationOpts: PaginationOptions },
): Promise<PaginationResult<Infer<typeof bulkResultView>>> {
  const page = await ctx.db
    .query('bulkResults')
    .withIndex('byJob', (q) => {
      const ofJob = q.eq('jobId', jobId);
      return outcome === undefined ? ofJob : ofJob.eq('outcome', outcome);
    })
    .paginate(boundedPage(paginationOpts));
  const results = page.page.map(async ({ userId, outcome: was, code }) => {
    const row = await ctx.db.get('users', userId);
    const user = row && { name: row.name, email: row.email, role: row.role, state: row.state };
    return { userId, user, outcome: was, code };
  });
  return { ...page, page: await Promise.all(results) };
}

function namedPeople(selection: BulkSelection): Id<'users'>[] {
  const named = selection.kind === 'ids' ? selection.ids : selection.except;
  if (named.length > bulkIdsMax || (selection.kind === 'ids' && named.length === 0)) {
    fail('INVALID_INPUT', {
      field: selection.kind === 'ids' ? 'selection.ids' : 'selection.except',
      message: `Name 1 to ${bulkIdsMax} people one by one, or select by a filter.`,
    });
  }
  return selection.kind === 'ids' ? [...new Set(named)] : [];
}

function facts(action: BulkJobAction): Record<string, string> {
  switch (action.kind) {
    case 'role':
      return { change: action.kind, role: action.role };
    case 'undo':
      return { change: action.kind, undoes: action.jobId };
    case 'deactivate':
    case 'reactivate':
      return { change: action.kind };
  }
}

/** What was searched for may be somebody's address and stays out of the log. */
function selectionFacts(
  selection: BulkJob['selection'],
): Record<string, string | number | boolean> {
  if (selection.kind === 'changed') return {};
  if (selection.kind === 'ids') return { selected: selection.ids.length };
  const { role, state, sync } = selection.filter;
  return {
    everybody: true,
    searched: searchTextOf(selection.filter) !== '',
    ...(role !== undefined && { ofRole: role }),
    ...(state !== undefined && { ofState: state }),
    ...(sync !== undefined && { ofSync: sync }),
    except: selection.except.length,
  };
}
