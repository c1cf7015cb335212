import { ConvexError } from 'convex/values';
import { isErrorBody } from '../../src/shared/error-codes';
import type { MutationCtx } from '../_generated/server';
import { appendAudit, type Cause } from './auditLog';
import { failedAttemptsMax, failedEventsKeptMs, failedForMsMin, maintenanceBatch } from './limits';
import { redact } from './log';

const reasonLengthMax = 160;

/**
 * Why a mutation failed, fit to be kept: a code of ours or the first line of the text. Further lines
 * may repeat the event, and with it somebody's data.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof ConvexError && isErrorBody(error.data)) return error.data.code;
  const text = error instanceof Error ? error.message : 'unknown';
  const [line = ''] = text.trim().split('\n');
  return redact(line).slice(0, reasonLengthMax) || 'unknown';
}

/**
 * Counts an attempt to apply a verified event that ended in an error. Returns true once it is parked:
 * recorded as `failed` with its reason and an alarm, since what failed so often over so long will
 * not get better by itself. Until then trouble may pass, and Svix tries again.
 */
export async function countFailedAttempt(
  ctx: MutationCtx,
  attempt: { svixId: string; payloadHash: string; type: string; reason: string },
  now: number,
): Promise<boolean> {
  const { svixId, payloadHash, type, reason } = attempt;
  const known = await ctx.db
    .query('failedEvents')
    .withIndex('bySvixId', (q) => q.eq('svixId', svixId))
    .unique();
  const attempts = (known?.attempts ?? 0) + 1;
  const firstAt = known?.firstAt ?? now;
  if (attempts < failedAttemptsMax || now < firstAt + failedForMsMin) {
    const fields = { svixId, type, attempts, firstAt, lastAt: now, reason };
    if (known === null) await ctx.db.insert('failedEvents', fields);
    else await ctx.db.patch('failedEvents', known._id, fields);
    return false;
  }
  if (known !== null) await ctx.db.delete('failedEvents', known._id);
  const why = `given up after ${attempts} attempts: ${reason}`;
  await ctx.db.insert('deliveries', {
    svixId,
    type,
    payloadHash,
    outcome: 'failed',
    why,
    receivedAt: now,
    repeats: attempts - 1,
    alarm: true,
  });
  const cause: Cause = { actor: 'clerk', source: 'clerk', correlationId: `svix:${svixId}`, now };
  await appendAudit(ctx, cause, {
    action: 'delivery.parked',
    target: `delivery:${svixId}`,
    after: { type, attempts, reason },
    alarm: true,
  });
  return true;
}

/** Forgets attempts that Svix has long stopped repeating. */
export async function pruneFailedEvents(ctx: MutationCtx, now: number): Promise<number> {
  const old = await ctx.db
    .query('failedEvents')
    .withIndex('byLastAt', (q) => q.lt('lastAt', now - failedEventsKeptMs))
    .take(maintenanceBatch);
  for (const { _id } of old) await ctx.db.delete('failedEvents', _id);
  return old.length;
}
