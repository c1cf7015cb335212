import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { syncIdsMax, syncKinds, syncModes } from '../../../shared/sync';
import { AppError } from '../../app-error';
import { pageInput, pageOf, readPage } from '../../paging';
import { syncChange, syncError, syncRun } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const logs = '/api/v1/admin/clerk/sync-logs';
const tag = 'Synchronisation';

/** The shape was checked; whether it is an id of a run is Convex's validator's business. */
const runOf = (id: string) => id as Id<'syncRuns'>;
const runInput = z.strictObject({ runId: convexId });
const began = z.object({ runId: z.string() });

/** Requirements E2, A11: begins a run with the server's key; it goes on without the caller. */
export const sync = procedure
  .meta({
    rest: {
      method: 'POST',
      path: '/api/v1/admin/clerk/sync',
      tag,
      summary: 'Begin a synchronisation',
      description: 'Goes on in the background; `GET .../sync-logs/{runId}` shows it.',
      permission: 'sync:run',
      output: began,
      status: 202,
    },
  })
  .input(
    z.strictObject({
      mode: z.enum(syncModes).default('apply'),
      only: z.enum(syncKinds).optional(),
      emailDomain: z.string().min(1).max(254).optional(),
      ids: z.array(z.string().min(1).max(100)).min(1).max(syncIdsMax).optional(),
      planHash: z.string().min(1).max(200).optional().meta({
        description: 'Applies exactly the dry run of this hash, or nothing.',
      }),
    }),
  )
  .mutation(async ({ ctx, input }) => ({
    runId: await ctx.convex.mutation(api.sync.start, input),
  }));

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
    const found = await ctx.convex.query(api.sync.run, { runId: runOf(input.runId) });
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

const asked = z.object({ runId: z.string() });

export const cancel = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${logs}/{runId}/cancel`,
      tag,
      summary: 'Cancel a run',
      description: 'What was saved before stays.',
      permission: 'sync:run',
      output: asked,
      errors: [404],
    },
  })
  .input(runInput)
  .mutation(async ({ ctx, input }) => {
    await ctx.convex.mutation(api.sync.cancel, { runId: runOf(input.runId) });
    return input;
  });

export const resume = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${logs}/{runId}/resume`,
      tag,
      summary: 'Let a run that stopped go on from its last checkpoint',
      permission: 'sync:run',
      output: asked,
      errors: [404],
      status: 202,
    },
  })
  .input(runInput)
  .mutation(async ({ ctx, input }) => {
    await ctx.convex.mutation(api.sync.resume, { runId: runOf(input.runId) });
    return input;
  });
