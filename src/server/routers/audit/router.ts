import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { auditFilterLengthMax, auditSources } from '../../../shared/audit';
import { pageInput, pageOf, readPage } from '../../paging';
import { auditEntry } from '../../rest/shapes';
import { procedure, router } from '../../trpc';

const text = z.string().min(1).max(auditFilterLengthMax).optional();
const time = z.number().int().min(0).optional();

/** The log, newest first. A page may be short without being the last. */
const list = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/admin/audit',
      tag: 'Audit',
      summary: 'Read the audit log, newest first',
      description: 'A page may be short, or empty, without being the last: follow `cursor`.',
      permission: 'audit:read',
      output: pageOf(auditEntry),
    },
  })
  .input(
    pageInput.extend({
      actor: text,
      target: text,
      action: text,
      source: z.enum(auditSources).optional(),
      alarm: z.boolean().optional().meta({ description: 'Only what somebody should look at.' }),
      from: time,
      to: time,
    }),
  )
  .query(({ ctx, input: { limit, cursor, alarm, ...filter } }) => {
    const wanted = { ...filter, ...(alarm === true && { alarm: true as const }) };
    return readPage(`audit ${JSON.stringify(wanted)}`, { limit, cursor }, (paginationOpts) =>
      ctx.convex.query(api.audit.list, { ...wanted, paginationOpts }),
    );
  });

export const auditRouter = router({ list });
