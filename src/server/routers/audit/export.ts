import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { exportPageSize } from '../../../shared/audit';
import { pageInput, pageOf, readPage } from '../../paging';
import { auditEntry } from '../../rest/audit-shapes';
import { procedure } from '../../trpc';
import { auditPath, filterFields, tag, wantedOf } from './filter';

/**
 * A copy of the log, page by page. Only its beginning makes a cursor, and the beginning is in the log:
 * nobody takes a copy unseen.
 */
export const exportLog = procedure
  .meta({
    rest: {
      method: 'POST',
      path: `${auditPath}/export`,
      tag,
      summary: 'Take a copy of the audit log, which is itself in the log',
      description: `Pages of up to ${exportPageSize} entries, newest first. For the next one send the same filter with \`cursor\`, and \`upTo\` as \`to\`.`,
      permission: 'audit:export',
      output: pageOf(auditEntry).extend({
        upTo: z.number().meta({ description: 'The copy goes up to here, Unix ms.' }),
      }),
    },
  })
  .input(z.strictObject({ cursor: pageInput.shape.cursor, ...filterFields }))
  .mutation(async ({ ctx: { convex }, input: { cursor, ...filter } }) => {
    const asked = wantedOf(filter);
    const upTo =
      cursor === undefined
        ? (await convex.mutation(api.audit.beginExport, { format: 'json', ...asked })).upTo
        : (asked.to ?? 0);
    const wanted = { ...asked, to: Math.min(asked.to ?? upTo, upTo) };
    const list = `auditExport ${JSON.stringify(wanted, Object.keys(wanted).sort())}`;
    const page = await readPage(list, { limit: exportPageSize, cursor }, (options) =>
      convex.query(api.audit.exportPage, { ...wanted, cursor: options.cursor }),
    );
    return { ...page, upTo: wanted.to };
  });
