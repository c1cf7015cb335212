import { type Infer, v } from 'convex/values';
import type { QueryCtx } from '../_generated/server';
import { testEventType } from '../../src/shared/test-event';
import { readCounts } from './counters';
import { syncStatus } from './sync/views';
import { deliveryOutcome, literals } from './validators';
import { peopleStats } from './views';
import { syncStates } from '../../src/shared/sync';

/** Rows of a table that no counter counts are counted up to here. */
const countedMax = 1_000;

const bounded = v.object({ count: v.number(), exact: v.boolean() });

/** E8 at a glance; what takes reading every row is in `integrity.ts`. */
export const summaryView = v.object({
  people: peopleStats,
  organizations: bounded,
  memberships: bounded,
  lastSync: v.object({
    state: literals(syncStates),
    completedAt: v.union(v.number(), v.null()),
    differed: v.union(v.number(), v.null()),
  }),
  lastWebhook: v.union(
    v.object({ type: v.string(), outcome: deliveryOutcome, receivedAt: v.number() }),
    v.null(),
  ),
  auditEntries: v.number(),
});

export async function readSummary(ctx: QueryCtx): Promise<Infer<typeof summaryView>> {
  const [people, organizations, memberships, sync, receipts, head] = await Promise.all([
    readCounts(ctx),
    ctx.db
      .query('organizations')
      .withIndex('byStatus', (q) => q.eq('status', 'active'))
      .take(countedMax + 1),
    ctx.db
      .query('memberships')
      .withIndex('byExternalId')
      .take(countedMax + 1),
    syncStatus(ctx),
    ctx.db.query('deliveries').order('desc').take(20),
    ctx.db.query('auditHead').unique(),
  ]);
  // What `doctor` sent itself says nothing about Clerk.
  const last = receipts.find(({ type }) => type !== testEventType);
  return {
    people,
    organizations: upTo(organizations.length),
    memberships: upTo(memberships.filter(({ status }) => status === 'active').length),
    lastSync: {
      state: sync.state,
      completedAt: sync.lastCompletedAt,
      differed: sync.drift?.users ?? null,
    },
    lastWebhook:
      last === undefined
        ? null
        : { type: last.type, outcome: last.outcome, receivedAt: last.receivedAt },
    auditEntries: head?.seq ?? 0,
  };
}

function upTo(found: number): { count: number; exact: boolean } {
  return { count: Math.min(found, countedMax), exact: found <= countedMax };
}
