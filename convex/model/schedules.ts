import { type Infer, v } from 'convex/values';
import { appConfig } from '../../app.config';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { type ScheduleOutcome, scheduleOutcome } from './sync/validators';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Every cron by name, with its interval, as in `crons.ts`; the sync page shows them. */
export const schedulePlan = {
  reconcile: hourMs * appConfig.reconcileEveryHours,
  'watch syncs': minuteMs,
  'prune sync details': hourMs,
  'prune old deliveries': hourMs,
  'prune settled intents': hourMs,
  'watch the outbox': minuteMs,
  'count people not counted yet': minuteMs,
  'prune old payloads': hourMs,
  'prune ended API tokens': 24 * hourMs,
  'watch bulk changes': minuteMs,
  'prune bulk changes': hourMs,
  'watch webhooks': 5 * minuteMs,
  'follow invitations': 5 * minuteMs,
  'expire invitations': hourMs,
  'prune old alarms': 24 * hourMs,
  'prune the audit log': 24 * hourMs,
} as const satisfies Record<string, number>;

export type ScheduleName = keyof typeof schedulePlan;

/** Called by a cron at its end, in its own mutation. `why`: what it did, or why it did not run. */
export async function recordSchedule(
  ctx: MutationCtx,
  name: ScheduleName,
  { outcome, why }: { outcome: ScheduleOutcome; why?: string },
  now = Date.now(),
): Promise<void> {
  const row = await ctx.db
    .query('schedules')
    .withIndex('byName', (q) => q.eq('name', name))
    .unique();
  const fields = { name, everyMs: schedulePlan[name], lastRunAt: now, outcome, why };
  if (row === null) await ctx.db.insert('schedules', fields);
  else await ctx.db.patch('schedules', row._id, fields);
}

export const scheduleView = v.object({
  name: v.string(),
  everyMs: v.number(),
  /** Null: not since this deployment began; an interval first waits for its length. */
  lastRunAt: v.union(v.number(), v.null()),
  outcome: v.union(scheduleOutcome, v.null()),
  why: v.optional(v.string()),
  /** Unix ms; null while it has never run. */
  nextRunAt: v.union(v.number(), v.null()),
});

export async function listSchedules(ctx: QueryCtx): Promise<Infer<typeof scheduleView>[]> {
  const rows = await ctx.db.query('schedules').withIndex('byName').take(100);
  // Object.entries forgets that the values are numbers of known keys.
  return Object.entries(schedulePlan).map(([name, everyMs]) => {
    const row = rows.find((found) => found.name === name);
    return {
      name,
      everyMs,
      lastRunAt: row?.lastRunAt ?? null,
      outcome: row?.outcome ?? null,
      why: row?.why,
      nextRunAt: row === undefined ? null : row.lastRunAt + everyMs,
    };
  });
}
