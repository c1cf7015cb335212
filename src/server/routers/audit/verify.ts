import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { auditVerdict } from '../../rest/audit-shapes';
import { procedure } from '../../trpc';
import { auditPath, tag } from './filter';

/** Checks the next entries of the chain. */
export const verify = procedure
  .meta({
    rest: {
      method: 'GET',
      path: `${auditPath}/verify`,
      tag,
      summary: 'Check that nothing in the log was edited, dropped or reordered',
      description:
        'Checks one stretch. Begin without parameters, then pass `head.seq` and `head.hash` of the answer, until `isDone`.',
      permission: 'audit:read',
      output: auditVerdict,
    },
  })
  .input(
    z.strictObject({
      seq: z.number().int().min(0).optional(),
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'is no hash of an entry')
        .meta({ examples: ['0'.repeat(64)] })
        .optional(),
    }),
  )
  .query(({ ctx, input: { seq, hash } }) => {
    const from = seq === undefined || hash === undefined ? {} : { from: { seq, hash } };
    return ctx.convex.query(api.audit.verify, from);
  });
