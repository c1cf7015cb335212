import { api } from '../../../../convex/_generated/api';
import { AppError } from '../../app-error';
import { pageInput, pageOf, readPage } from '../../paging';
import { syncChange, syncError, syncRun } from '../../rest/sync-shapes';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';
import { logs, runInput, runOf, tag } from './input';

/** Requirement E2. */
export const runs = procedure
  .meta({
    rest: {
      method: 'GET',
      path: logs,
      tag,
      summary: 'List runs, newest first',
      permission: 'sync:read',
      output: pageOf(syncRun),
    },
  })
  .input(pageInput)
  .query(({ ctx, input }) =>
    readPage('syncRuns', input, (paginationOpts) =>
      ctx.convex.query(api.sync.runs, { paginationOpts }),
    ),
  );

export const run = procedure
  .meta({
    rest: {
      method: 'GET',
      path: `${logs}/{runId}`,
      tag,
      summary: 'One run, with its progress',
      permission: 'sync:read',
      output: syncRun,
      errors: [404],
    },
  })
  .input(runInput)
  .query(async ({ ctx, input }) => {
    const found = await ctx.convex.query(api.sync.run, { runId: input.runId });
    if (found === null) throw new AppError('NOT_FOUND', { field: 'runId' });
    return found;
  });

export const errors = procedure
  .meta({
    rest: {
      method: 'GET',
      path: `${logs}/{runId}/errors`,
      tag,
      summary: 'Records of a run that failed, each with its reason',
      permission: 'sync:read',
      output: pageOf(syncError),
    },
  })
  .input(pageInput.extend({ runId: convexId }))
  .query(({ ctx, input: { runId, ...page } }) =>
    readPage(`syncErrors ${runId}`, page, (paginationOpts) =>
      ctx.convex.query(api.sync.errors, { runId: runOf(runId), paginationOpts }),
    ),
  );

export const changes = procedure
  .meta({
    rest: {
      method: 'GET',
      path: `${logs}/{runId}/changes`,
      tag,
      summary: 'What a dry run would change, field by field',
      permission: 'sync:read',
      output: pageOf(syncChange),
    },
  })
  .input(pageInput.extend({ runId: convexId }))
  .query(({ ctx, input: { runId, ...page } }) =>
    readPage(`syncChanges ${runId}`, page, (paginationOpts) =>
      ctx.convex.query(api.sync.changes, { runId: runOf(runId), paginationOpts }),
    ),
  );
