import { api } from '../../../../convex/_generated/api';
import { pageInput, pageOf, readPage } from '../../paging';
import { auditEntry } from '../../rest/audit-shapes';
import { procedure } from '../../trpc';
import { auditPath, filterFields, tag, wantedOf } from './filter';

/** The log, newest first. A page may be short without being the last. */
export const list = procedure
  .meta({
    rest: {
      method: 'GET',
      path: auditPath,
      tag,
      summary: 'Read the audit log, newest first',
      description: 'A page may be short, or empty, without being the last: follow `cursor`.',
      permission: 'audit:read',
      output: pageOf(auditEntry),
    },
  })
  .input(pageInput.extend(filterFields))
  .query(({ ctx, input: { limit, cursor, ...filter } }) => {
    const wanted = wantedOf(filter);
    return readPage(`audit ${JSON.stringify(wanted)}`, { limit, cursor }, (paginationOpts) =>
      ctx.convex.query(api.audit.list, { ...wanted, paginationOpts }),
    );
  });
