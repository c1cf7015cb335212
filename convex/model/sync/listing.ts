import type { PaginationOptions, PaginationResult } from 'convex/server';
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { boundedPage as bounded } from '../listing';
import { changeKind, fieldChange, missingState, syncKind } from './validators';
import { type SyncRunView, toRunView } from './views';

/** Every run, newest first. */
export async function runs(
  ctx: QueryCtx,
  options: PaginationOptions,
): Promise<PaginationResult<SyncRunView>> {
  const page = await ctx.db
    .query('syncRuns')
    .withIndex('byStartedAt')
    .order('desc')
    .paginate(bounded(options));
  return { ...page, page: await Promise.all(page.page.map((run) => toRunView(ctx, run))) };
}

export const errorView = v.object({
  _id: v.id('syncErrors'),
  kind: syncKind,
  externalId: v.optional(v.string()),
  reason: v.string(),
  at: v.number(),
});

export async function errorsOf(
  ctx: QueryCtx,
  runId: Id<'syncRuns'>,
  options: PaginationOptions,
): Promise<PaginationResult<Infer<typeof errorView>>> {
  const page = await ctx.db
    .query('syncErrors')
    .withIndex('byRun', (q) => q.eq('runId', runId))
    .paginate(bounded(options));
  const shown = page.page.map(({ _id, kind, externalId, reason, at }) => {
    return { _id, kind, externalId, reason, at };
  });
  return { ...page, page: shown };
}

export const changeView = v.object({
  _id: v.id('syncChanges'),
  kind: syncKind,
  change: changeKind,
  externalId: v.string(),
  name: v.string(),
  fields: v.array(fieldChange),
});

export async function changesOf(
  ctx: QueryCtx,
  runId: Id<'syncRuns'>,
  options: PaginationOptions,
): Promise<PaginationResult<Infer<typeof changeView>>> {
  const page = await ctx.db
    .query('syncChanges')
    .withIndex('byRun', (q) => q.eq('runId', runId))
    .paginate(bounded(options));
  const shown = page.page.map(({ _id, kind, change, externalId, name, fields }) => {
    return { _id, kind, change, externalId, name, fields };
  });
  return { ...page, page: shown };
}

export const missingView = v.object({
  _id: v.id('syncMissing'),
  userId: v.id('users'),
  externalId: v.string(),
  name: v.string(),
  email: v.optional(v.string()),
  state: missingState,
  why: v.optional(v.string()),
  at: v.number(),
});

export async function missingOf(
  ctx: QueryCtx,
  runId: Id<'syncRuns'>,
  options: PaginationOptions,
): Promise<PaginationResult<Infer<typeof missingView>>> {
  const page = await ctx.db
    .query('syncMissing')
    .withIndex('byRun', (q) => q.eq('runId', runId))
    .paginate(bounded(options));
  const shown = await Promise.all(page.page.map((row) => toMissingView(ctx, row)));
  return { ...page, page: shown };
}

async function toMissingView(
  ctx: QueryCtx,
  row: Doc<'syncMissing'>,
): Promise<Infer<typeof missingView>> {
  const { _id, userId, externalId, state, why, at } = row;
  const user = await ctx.db.get('users', userId);
  return { _id, userId, externalId, name: user?.name ?? '', email: user?.email, state, why, at };
}
