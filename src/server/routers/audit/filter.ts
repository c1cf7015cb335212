import { z } from 'zod';
import { auditFilterLengthMax, auditSources } from '../../../shared/audit';

export const auditPath = '/api/v1/admin/audit';
export const tag = 'Audit';

const text = z.string().min(1).max(auditFilterLengthMax).optional();
const time = z.number().int().min(0).optional();

/** Which entries of the log. */
export const filterFields = {
  actor: text,
  target: text,
  action: text,
  source: z.enum(auditSources).optional(),
  alarm: z.boolean().optional().meta({ description: 'Only what somebody should look at.' }),
  from: time,
  to: time,
};

/** As Convex takes it: `alarm` is asked for, or it is absent. */
export function wantedOf<T extends { alarm?: boolean | undefined }>({ alarm, ...filter }: T) {
  return { ...filter, ...(alarm === true && { alarm: true as const }) };
}
