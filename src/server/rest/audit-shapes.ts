import { z } from 'zod';
import { auditSources } from '../../shared/audit';
import { factValue, time } from './shapes';

const party = z.object({
  ref: z.string(),
  name: z.string().optional(),
  userId: z.string().optional(),
  organizationId: z.string().optional(),
});
const facts = z.record(z.string(), z.union([factValue, z.array(z.string())]));

export const auditEntry = z
  .object({
    _id: z.string(),
    seq: z.number(),
    at: time,
    action: z.string(),
    source: z.enum(auditSources),
    actor: party,
    target: party,
    before: facts.optional(),
    after: facts.optional(),
    alarm: z.boolean(),
    correlationId: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });

export const auditVerdict = z
  .discriminatedUnion('ok', [
    z.object({
      ok: z.literal(true),
      checked: z.number(),
      head: z.object({ seq: z.number(), hash: z.string() }),
      isDone: z.boolean(),
      total: z.number(),
    }),
    z.object({
      ok: z.literal(false),
      seq: z.number(),
      problem: z.enum(['gap', 'brokenLink', 'edited', 'cutOff']),
      total: z.number(),
    }),
  ])
  .meta({ id: 'AuditVerdict' });
