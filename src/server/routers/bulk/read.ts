import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { bulkOutcomes } from '../../../shared/bulk';
import { AppError } from '../../app-error';
import { pageInput, pageOf, readPage } from '../../paging';
import { bulkJob, bulkResult } from '../../rest/bulk-shapes';
import { procedure } from '../../trpc';
import { bulkPath, jobInput, jobOf, tag } from './rest';

export const get = procedure
  .meta({
    rest: {
      method: 'GET',
      path: `${bulkPath}/{jobId}`,
      tag,
      summary: 'A bulk change, with its progress',
      permission: 'users:read',
      output: bulkJob,
      errors: [404],
    },
  })
  .input(jobInput)
  .query(async ({ ctx, input }) => {
    const found = await ctx.convex.query(api.bulk.get, { jobId: jobOf(input.jobId) });
    if (found === null) throw new AppError('NOT_FOUND', { field: 'jobId' });
    return found;
  });

export const results = procedure
  .meta({
    rest: {
      method: 'GET',
      path: `${bulkPath}/{jobId}/results`,
      tag,
      summary: 'What became of each person of a bulk change',
      permission: 'users:read',
      output: pageOf(bulkResult),
      errors: [404],
    },
  })
  .input(pageInput.extend(jobInput.shape).extend({ outcome: z.enum(bulkOutcomes).optional() }))
  .query(({ ctx, input: { jobId, outcome, ...page } }) =>
    readPage(`bulk ${jobId} ${outcome ?? ''}`, page, (paginationOpts) =>
      ctx.convex.query(api.bulk.results, { jobId: jobOf(jobId), outcome, paginationOpts }),
    ),
  );
