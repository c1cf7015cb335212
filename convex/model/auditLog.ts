import { addActivity } from '../../src/shared/activity';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { chainEntry, type ChainedEntry, type ChainHead, genesis } from './audit';
import { firstRow } from './firstRow';
import type { AuditFacts, AuditSource } from './validators';

/** On whose behalf something is done; the same for everything that one request does. */
export interface Cause {
  /** `user:<externalId>`, `cli`, `clerk`, `system`. */
  actor: string;
  source: AuditSource;
  correlationId: string;
  /** Unix ms. */
  now: number;
}

export interface AuditEvent {
  action: string;
  target: string;
  before?: AuditFacts;
  after?: AuditFacts;
  alarm?: boolean;
}

/**
 * Appends one entry to the chain, in the caller's transaction: no change without its entry, no
 * entry without its change. May run beside other writes, but never beside another append: both
 * would take the same place.
 */
export async function appendAudit(ctx: MutationCtx, cause: Cause, event: AuditEvent) {
  await appendAuditMany(ctx, cause, [event]);
}

/** Appends several entries in order, for writers that change many rows in one transaction. */
export async function appendAuditMany(
  ctx: MutationCtx,
  cause: Cause,
  events: readonly AuditEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const headRow = await firstRow(ctx.db.query('auditHead'));
  let head: ChainHead = headRow ?? genesis;
  const writes: Promise<unknown>[] = [];
  for (const event of events) {
    const entry = await chainEntry(head, {
      at: cause.now,
      actor: cause.actor,
      source: cause.source,
      correlationId: cause.correlationId,
      ...event,
      alarm: event.alarm ?? false,
    });
    writes.push(ctx.db.insert('auditLog', entry));
    if (entry.alarm) writes.push(raiseAlarm(ctx, entry));
    head = { seq: entry.seq, hash: entry.hash };
  }
  const actions = events.map(({ action }) => action);
  const days = addActivity(headRow?.days ?? [], actions, cause.now);
  const end = { seq: head.seq, hash: head.hash, days };
  await Promise.all([
    ...writes,
    headRow === null
      ? ctx.db.insert('auditHead', end)
      : ctx.db.patch('auditHead', headRow._id, end),
  ]);
}

/** Beside the entry, so that somebody can say that they looked after it. */
async function raiseAlarm(ctx: MutationCtx, entry: ChainedEntry): Promise<void> {
  const { seq, at, action, target, after: facts } = entry;
  await ctx.db.insert('alarms', { seq, at, action, target, facts });
}

export async function auditHead(ctx: QueryCtx): Promise<ChainHead> {
  const head = await ctx.db.query('auditHead').first();
  return head === null ? genesis : { seq: head.seq, hash: head.hash };
}

/** A correlation id for requests that bring none. Convex seeds `Math.random` per request. */
export function newCorrelationId(now: number): string {
  return `req_${now.toString(36)}${Math.random().toString(36).slice(2, 10)}`;
}
