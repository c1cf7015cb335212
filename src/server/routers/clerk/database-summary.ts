import { api } from '../../../../convex/_generated/api';
import { collectIntegrity } from '../../../shared/integrity';
import { databaseSummary as summaryShape } from '../../rest/shapes';
import { procedure } from '../../trpc';

/** Pages are read for so long; a database that takes longer is summed up in part. */
const scanMsMax = 10_000;

/** Requirement E8. */
export const databaseSummary = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/admin/clerk/database-summary',
      tag: 'Clerk',
      summary: 'Counts, last sync and webhook, and what is not as it should be',
      description:
        '`integrity.complete` is false where reading everything took too long; `rollcall summary` has no such limit.',
      permission: 'sync:read',
      output: summaryShape,
    },
  })
  .query(async ({ ctx: { convex } }) => {
    const summary = await convex.query(api.summary.get, {});
    const now = Date.now();
    const integrity = await collectIntegrity(
      (part, after) => convex.query(api.summary.scan, { part, after, now }),
      now + scanMsMax,
    );
    return { ...summary, integrity };
  });
