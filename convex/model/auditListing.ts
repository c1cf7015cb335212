import { mergedStream, type QueryStream, stream } from 'convex-helpers/server/stream';
import type { PaginationOptions, PaginationResult } from 'convex/server';
import { type Infer, v } from 'convex/values';
import { auditFilterLengthMax, auditSources, exportPageSize } from '../../src/shared/audit';
import type { Doc } from '../_generated/dataModel';
import type { QueryCtx } from '../_generated/server';
import schema from '../schema';
import { type ActorRow, mayEver, userByExternalId } from './access';
import { membershipByExternalId } from './applyMembership';
import { organizationByExternalId } from './applyOrganization';
import { fail } from './errors';
import { filteredPage } from './filteredPage';
import { boundedPage, checkCursor } from './listing';

import { auditFacts, auditSource, type AuditSource } from './validators';

/** Who or what an entry names; names and row ids only where known, and only to who may know them. */
export const auditParty = v.object({
  ref: v.string(),
  name: v.optional(v.string()),
  userId: v.optional(v.id('users')),
  organizationId: v.optional(v.id('organizations')),
});
type Party = Infer<typeof auditParty>;

export const auditEntryView = v.object({
  _id: v.id('auditLog'),
  seq: v.number(),
  at: v.number(),
  action: v.string(),
  source: auditSource,
  actor: auditParty,
  target: auditParty,
  before: v.optional(auditFacts),
  after: v.optional(auditFacts),
  alarm: v.boolean(),
  correlationId: v.string(),
  hash: v.string(),
});
export type AuditEntryView = Infer<typeof auditEntryView>;

export const auditFilter = {
  actor: v.optional(v.string()),
  target: v.optional(v.string()),
  action: v.optional(v.string()),
  source: v.optional(auditSource),
  /** Only what somebody should look at. */
  alarm: v.optional(v.literal(true)),
  /** Unix ms, both ends included. */
  from: v.optional(v.number()),
  to: v.optional(v.number()),
};
const filterObject = v.object(auditFilter);
export type AuditFilter = Infer<typeof filterObject>;

type Entry = Doc<'auditLog'>;

/**
 * One page of the log, newest first. The narrowest of the asked-for fields is a range of its index,
 * the time is part of every index, and what is left filters a bounded number of rows.
 */
export async function listAudit(
  ctx: QueryCtx & { actor: ActorRow },
  filter: AuditFilter,
  paginationOpts: PaginationOptions,
): Promise<PaginationResult<AuditEntryView>> {
  const page = await entries(ctx, filter, boundedPage(paginationOpts));
  return { ...page, page: await named(ctx, page.page) };
}

/** A larger page of the same, for an export. */
export async function exportAudit(
  ctx: QueryCtx & { actor: ActorRow },
  filter: AuditFilter,
  cursor: string | null,
): Promise<PaginationResult<AuditEntryView>> {
  const page = await entries(ctx, filter, { numItems: exportPageSize, cursor });
  return { ...page, page: await named(ctx, page.page) };
}

async function entries(
  ctx: QueryCtx,
  filter: AuditFilter,
  options: PaginationOptions,
): Promise<PaginationResult<Entry>> {
  checkFilter(filter);
  checkCursor(options.cursor);
  return await filteredPage<Entry>(rangeOf(ctx, filter), (entry) => fits(entry, filter), options);
}

function checkFilter(filter: AuditFilter): void {
  for (const field of ['actor', 'target', 'action'] as const) {
    if ((filter[field]?.length ?? 0) <= auditFilterLengthMax) continue;
    fail('INVALID_INPUT', { field, message: `${field} is too long.` });
  }
}

function rangeOf(ctx: QueryCtx, filter: AuditFilter): QueryStream<Entry> {
  const log = stream(ctx.db, schema).query('auditLog');
  const { actor, target, action, source, alarm, from = 0, to = Number.MAX_SAFE_INTEGER } = filter;
  if (target !== undefined) {
    return log
      .withIndex('byTarget', (q) => q.eq('target', target).gte('at', from).lte('at', to))
      .order('desc');
  }
  if (actor !== undefined) {
    return log
      .withIndex('byActor', (q) => q.eq('actor', actor).gte('at', from).lte('at', to))
      .order('desc');
  }
  if (action !== undefined) {
    return log
      .withIndex('byAction', (q) => q.eq('action', action).gte('at', from).lte('at', to))
      .order('desc');
  }
  const everything = source === undefined && alarm === undefined;
  if (everything && filter.from === undefined && filter.to === undefined) {
    return log.withIndex('bySeq').order('desc');
  }
  return bySources(ctx, {
    sources: source === undefined ? auditSources : [source],
    alarms: alarm === undefined ? [true, false] : [alarm],
    between: { from, to },
  });
}

/**
 * What several ranges of one index hold, newest first. An index for each of source, alarm and time
 * would read one range, and cost every change of the product two more entries to write.
 */
function bySources(
  ctx: QueryCtx,
  asked: {
    sources: readonly AuditSource[];
    alarms: readonly boolean[];
    between: { from: number; to: number };
  },
): QueryStream<Entry> {
  const { from, to } = asked.between;
  const ranges = asked.sources.flatMap((source) =>
    asked.alarms.map((alarm) =>
      stream(ctx.db, schema)
        .query('auditLog')
        .withIndex('bySource', (q) =>
          q.eq('source', source).eq('alarm', alarm).gte('at', from).lte('at', to),
        )
        .order('desc'),
    ),
  );
  return mergedStream(ranges, ['at']);
}

/** Unix ms of the newest entry that somebody should look at; null without one. */
export async function lastAlarmAt(ctx: QueryCtx): Promise<number | null> {
  const between = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const newest = await bySources(ctx, { sources: auditSources, alarms: [true], between }).first();
  return newest?.at ?? null;
}

function fits(entry: Entry, { actor, target, action, source, alarm }: AuditFilter): boolean {
  return (
    (actor === undefined || entry.actor === actor) &&
    (target === undefined || entry.target === target) &&
    (action === undefined || entry.action === action) &&
    (source === undefined || entry.source === source) &&
    (alarm === undefined || entry.alarm)
  );
}

/** Each party is looked up once per page. */
async function named(
  ctx: QueryCtx & { actor: ActorRow },
  rows: readonly Entry[],
): Promise<AuditEntryView[]> {
  const refs = new Set(rows.flatMap(({ actor, target }) => [actor, target]));
  const known = await Promise.all([...refs].map((ref) => party(ctx, ref)));
  const parties = new Map(known.map((one) => [one.ref, one]));
  const of = (ref: string) => parties.get(ref) ?? { ref };
  return rows.map((row) => ({
    _id: row._id,
    seq: row.seq,
    at: row.at,
    action: row.action,
    source: row.source,
    actor: of(row.actor),
    target: of(row.target),
    before: row.before,
    after: row.after,
    alarm: row.alarm,
    correlationId: row.correlationId,
    hash: row.hash,
  }));
}

/** Who or what a reference of the log names, as far as the caller may know it. */
export async function party(ctx: QueryCtx & { actor: ActorRow }, ref: string): Promise<Party> {
  const [kind, id] = split(ref);
  switch (kind) {
    case 'user': {
      if (!mayEver(ctx.actor, 'users:read')) return { ref };
      const row = await userByExternalId(ctx, id);
      return row === null ? { ref } : { ref, name: row.name, userId: row._id };
    }
    case 'organization': {
      if (!mayEver(ctx.actor, 'organizations:read')) return { ref };
      const row = await organizationByExternalId(ctx, id);
      return row === null ? { ref } : { ref, name: row.name, organizationId: row._id };
    }
    case 'membership': {
      if (!mayEver(ctx.actor, 'organizations:read')) return { ref };
      return await membershipParty(ctx, ref, id);
    }
    default:
      return { ref };
  }
}

/** A membership goes by its person, where both are known, and leads to its organization. */
async function membershipParty(
  ctx: QueryCtx & { actor: ActorRow },
  ref: string,
  id: string,
): Promise<Party> {
  const row = await membershipByExternalId(ctx, id);
  const { organizationExternalId, userExternalId } = row ?? {};
  const organization =
    organizationExternalId === undefined
      ? null
      : await organizationByExternalId(ctx, organizationExternalId);
  const person =
    userExternalId === undefined || !mayEver(ctx.actor, 'users:read')
      ? null
      : await userByExternalId(ctx, userExternalId);
  if (organization === null) return { ref };
  const name = person === null ? organization.name : `${person.name} in ${organization.name}`;
  return { ref, name, organizationId: organization._id };
}

function split(ref: string): [kind: string, id: string] {
  const colon = ref.indexOf(':');
  return colon < 0 ? [ref, ''] : [ref.slice(0, colon), ref.slice(colon + 1)];
}
