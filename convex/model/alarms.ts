import type { PaginationOptions } from 'convex/server';
import { type Infer, v } from 'convex/values';
import { pageSizeMax } from '../../src/shared/people';
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { appendAudit, type Cause } from './auditLog';
import { fail } from './errors';
import { alarmsCountedMax, alarmsKeptMs, maintenanceBatch } from './limits';
import { boundedPage } from './listing';
import { auditFacts } from './validators';

/** What leaves the database. `seq` names the entry of the audit log. */
export const alarmView = v.object({
  _id: v.id('alarms'),
  seq: v.number(),
  at: v.number(),
  action: v.string(),
  target: v.string(),
  facts: v.optional(auditFacts),
  acknowledgedAt: v.optional(v.number()),
  acknowledgedBy: v.optional(v.string()),
});

function toAlarmView(row: Doc<'alarms'>): Infer<typeof alarmView> {
  const { _id, seq, at, action, target, facts, acknowledgedAt, acknowledgedBy } = row;
  return { _id, seq, at, action, target, facts, acknowledgedAt, acknowledgedBy };
}

export async function pageOfAlarms(
  ctx: QueryCtx,
  { paginationOpts, acknowledged }: { paginationOpts: PaginationOptions; acknowledged: boolean },
) {
  const page = await ctx.db
    .query('alarms')
    .withIndex('byAcknowledged', (q) =>
      acknowledged ? q.gt('acknowledgedAt', 0) : q.eq('acknowledgedAt', undefined),
    )
    .order('desc')
    .paginate(boundedPage(paginationOpts));
  return { ...page, page: page.page.map(toAlarmView) };
}

export async function countOpenAlarms(ctx: QueryCtx): Promise<{ open: number; more: boolean }> {
  const open = await ctx.db
    .query('alarms')
    .withIndex('byAcknowledged', (q) => q.eq('acknowledgedAt', undefined))
    .take(alarmsCountedMax + 1);
  return { open: Math.min(open.length, alarmsCountedMax), more: open.length > alarmsCountedMax };
}

/** The caller has checked permission. One entry in the audit log names them all. */
export async function acknowledge(
  ctx: MutationCtx,
  alarmIds: Id<'alarms'>[],
  cause: Cause,
): Promise<number> {
  if (alarmIds.length < 1 || alarmIds.length > pageSizeMax) {
    const message = `Name 1 to ${pageSizeMax} alarms.`;
    fail('INVALID_INPUT', { field: 'alarmIds', message });
  }
  const seqs: string[] = [];
  for (const id of new Set(alarmIds)) {
    const alarm = await ctx.db.get('alarms', id);
    if (alarm === null) fail('ALARM_NOT_FOUND', { field: 'alarmIds' });
    if (alarm.acknowledgedAt !== undefined) continue;
    const by = { acknowledgedAt: cause.now, acknowledgedBy: cause.actor };
    await ctx.db.patch('alarms', id, by);
    seqs.push(String(alarm.seq));
  }
  if (seqs.length > 0) {
    await appendAudit(ctx, cause, {
      action: 'alarms.acknowledged',
      target: `alarm:${seqs[0]}`,
      before: { open: seqs },
      after: { open: [], entries: seqs },
    });
  }
  return seqs.length;
}

/** Forgets alarms that were looked after long ago. */
export async function pruneOldAlarms(ctx: MutationCtx, now: number): Promise<number> {
  const old = await ctx.db
    .query('alarms')
    .withIndex('byAcknowledged', (q) =>
      q.gt('acknowledgedAt', 0).lt('acknowledgedAt', now - alarmsKeptMs),
    )
    .take(maintenanceBatch);
  for (const { _id } of old) await ctx.db.delete('alarms', _id);
  return old.length;
}
