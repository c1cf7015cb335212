import type { WithoutSystemFields } from 'convex/server';
import { testEventType } from '../../src/shared/test-event';
import type { RefusalReason } from '../../src/shared/webhook-health';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import { userByExternalId } from './access';
import { organizationByExternalId } from './applyOrganization';
import { appendAudit, type Cause } from './auditLog';
import { nameInClerk } from './changeName';
import { webhookSecrets } from './environment';
import { type HealthFacts, judgeHealth, type Missed } from './judgeHealth';
import { refusalsWrittenEveryMs, webhookGraceMs } from './limits';
import type { ClerkOrganization, ClerkUser } from './validators';
import { contentOf } from './versionRegister';

type Health = Doc<'webhookHealth'>;

/** Newest receipts and failures that are looked at. */
const looksBack = 50;

const unheard: WithoutSystemFields<Health> = { state: 'unknown', missed: [], refusals: [] };

/** Adds refusals to the counts; of several isolates in a flood one writes, the others wait. */
export async function addRefusals(
  ctx: MutationCtx,
  refusals: readonly { reason: RefusalReason; count: number }[],
  now: number,
): Promise<void> {
  const row = await ctx.db.query('webhookHealth').unique();
  if (now < (row?.refusalsWrittenAt ?? 0) + refusalsWrittenEveryMs / 2) return;
  const counts = new Map((row?.refusals ?? []).map((one) => [one.reason, one]));
  for (const { reason, count } of refusals) {
    counts.set(reason, { reason, count: (counts.get(reason)?.count ?? 0) + count, lastAt: now });
  }
  const change = { refusals: [...counts.values()], refusalsWrittenAt: now };
  if (row === null) await ctx.db.insert('webhookHealth', { ...unheard, ...change });
  else await ctx.db.patch('webhookHealth', row._id, change);
}

/** What the canary brings home from Clerk and from our own addresses. */
export interface CanaryFindings {
  users: ClerkUser[];
  organizations: ClerkOrganization[];
  notAsked?: string;
  unreachable?: string;
}

/** Compares, judges and records; an alarm when webhooks die and when they come back. */
export async function recordCanary(
  ctx: MutationCtx,
  { users, organizations, notAsked, unreachable }: CanaryFindings,
  now: number,
): Promise<Health['state']> {
  const row = await ctx.db.query('webhookHealth').unique();
  // What changed before anybody watched never had a webhook to miss: a sync brings it.
  const watchedFrom = row?._creationTime ?? now;
  const missed = [
    ...(await missedUsers(ctx, users, now)),
    ...(await missedOrganizations(ctx, organizations, now)),
  ].filter(({ changedAt }) => changedAt >= watchedFrom);
  const verdict = judgeHealth({
    now,
    hasSecret: webhookSecrets().length > 0,
    notAsked,
    unreachable,
    missed,
    refusals: row?.refusals ?? [],
    deadSince: row?.deadSince,
    ...(await newestReceipts(ctx)),
    lastFailureAt: await newestFailure(ctx),
  });
  const found = {
    state: verdict.state,
    cause: verdict.cause,
    detail: verdict.detail,
    deadSince: verdict.deadSince,
    // Where Clerk could not be asked, what was missing before still is.
    missed: notAsked === undefined ? missed : (row?.missed ?? []),
    checkedAt: now,
  };
  if (row === null) await ctx.db.insert('webhookHealth', { ...unheard, ...found });
  else await ctx.db.patch('webhookHealth', row._id, found);
  await raise(ctx, row, found, now);
  return verdict.state;
}

async function raise(
  ctx: MutationCtx,
  before: Health | null,
  found: Pick<Health, 'state' | 'cause' | 'deadSince' | 'missed'>,
  now: number,
): Promise<void> {
  const [was, is] = [before?.deadSince, found.deadSince];
  if ((was === undefined) === (is === undefined)) return;
  const cause: Cause = { actor: 'system', source: 'system', correlationId: `canary:${now}`, now };
  await appendAudit(ctx, cause, {
    action: is === undefined ? 'webhooks.recovered' : 'webhooks.dead',
    target: 'webhooks',
    before: { state: before?.state ?? 'unknown' },
    after:
      is === undefined
        ? { state: found.state, deadSince: was ?? 0 }
        : { state: found.state, cause: found.cause ?? 'unknown', missed: found.missed.length },
    alarm: true,
  });
}

/** Changes that are old enough to have arrived, and differ from the row in what it takes over. */
async function missedUsers(
  ctx: MutationCtx,
  users: readonly ClerkUser[],
  now: number,
): Promise<Missed[]> {
  const missed: Missed[] = [];
  for (const user of users) {
    if (user.updatedAt > now - webhookGraceMs) continue;
    const row = await userByExternalId(ctx, user.externalId);
    if (row !== null && (row.deletedAt !== undefined || row.clerk.updatedAt >= user.updatedAt)) {
      continue;
    }
    const known =
      row !== null &&
      contentOf({ ...row, ...nameInClerk(row), role: row.clerk.role, banned: row.clerk.banned });
    // Sign-ins move Clerk's time stamp and tell us nothing that was missed.
    if (known === contentOf({ ...user, lastSignInAt: row?.lastSignInAt })) continue;
    missed.push({ kind: 'user', externalId: user.externalId, changedAt: user.updatedAt });
  }
  return missed;
}

async function missedOrganizations(
  ctx: MutationCtx,
  organizations: readonly ClerkOrganization[],
  now: number,
): Promise<Missed[]> {
  const missed: Missed[] = [];
  for (const organization of organizations) {
    const { externalId, updatedAt } = organization;
    if (updatedAt > now - webhookGraceMs) continue;
    const row = await organizationByExternalId(ctx, externalId);
    const fields = ['name', 'slug', 'imageUrl', 'publicMetadata'] as const;
    const same = row !== null && fields.every((field) => row[field] === organization[field]);
    const isKnown =
      row !== null && (row.deletedAt !== undefined || row.clerk.updatedAt >= updatedAt);
    if (!same && !isKnown) {
      missed.push({ kind: 'organization', externalId, changedAt: updatedAt });
    }
  }
  return missed;
}

/** `doctor`'s own events say nothing about Clerk. */
async function newestReceipts(
  ctx: MutationCtx,
): Promise<Pick<HealthFacts, 'lastDeliveryAt' | 'lastForeignAt'>> {
  const receipts = await ctx.db.query('deliveries').order('desc').take(looksBack);
  const isForeign = (why: string | undefined) => why?.startsWith('WRONG_INSTANCE') ?? false;
  const events = receipts.filter(({ type }) => type !== testEventType);
  return {
    lastDeliveryAt: events.find(({ why }) => !isForeign(why))?.receivedAt,
    lastForeignAt: events.find(({ why }) => isForeign(why))?.receivedAt,
  };
}

/** Of events that fail still; those that got through since are forgotten. */
async function newestFailure(ctx: MutationCtx): Promise<number | undefined> {
  const failed = await ctx.db
    .query('failedEvents')
    .withIndex('byLastAt')
    .order('desc')
    .take(looksBack);
  let newest: number | undefined;
  for (const { _id, svixId, lastAt } of failed) {
    const receipt = await ctx.db
      .query('deliveries')
      .withIndex('bySvixId', (q) => q.eq('svixId', svixId))
      .unique();
    if (receipt === null) newest = Math.max(newest ?? 0, lastAt);
    else await ctx.db.delete('failedEvents', _id);
  }
  return newest;
}
