import { v } from 'convex/values';
import {
  integrityKinds,
  integrityParts,
  type IntegrityKind,
  type IntegrityPage,
  type IntegrityPart,
} from '../../src/shared/integrity';
import type { Doc } from '../_generated/dataModel';
import type { QueryCtx } from '../_generated/server';
import { userByExternalId } from './access';
import { organizationByExternalId } from './applyOrganization';
import { genesis } from './audit';
import { verifyAuditPage } from './verifyAudit';
import { readCounts } from './counters';
import { fail } from './errors';
import { attemptLostMs, auditPageMax, intentForgottenMs } from './limits';
import { literals } from './validators';

/*
 * Looks over the rows for what the rules forbid or a person should know (E8). Each call reads one
 * bounded page; what a page must know of the one before is in its cursor. Reads only.
 */

export const integrityPart = literals(integrityParts);
export const integrityPage = v.object({
  checked: v.number(),
  problems: v.array(v.object({ kind: literals(integrityKinds), ref: v.string() })),
  next: v.union(v.string(), v.null()),
});

const usersAtOnce = 400;
/** Each takes two more reads. */
const membershipsAtOnce = 150;
const pushesAtOnce = 200;

interface Cursor {
  cursor: string;
  /** External id of the last row of the page before: equal ids lie side by side in the index. */
  last: string;
  active: number;
  deactivated: number;
  deleted: number;
}

export async function scanIntegrity(
  ctx: QueryCtx,
  part: IntegrityPart,
  after: string | null,
  now: number,
): Promise<IntegrityPage> {
  switch (part) {
    case 'users':
      return await scanUsers(ctx, after);
    case 'organizations':
      return await scanOrganizations(ctx, after);
    case 'memberships':
      return await scanMemberships(ctx, after);
    case 'pushes':
      return await scanPushes(ctx, now);
    case 'audit':
      return await scanAudit(ctx, after);
  }
}

type Problem = IntegrityPage['problems'][number];

async function scanUsers(ctx: QueryCtx, after: string | null): Promise<IntegrityPage> {
  const from = readCursor(after);
  const page = await ctx.db
    .query('users')
    .withIndex('byExternalId')
    .paginate({ numItems: usersAtOnce, cursor: from?.cursor ?? null });
  const counts = {
    active: from?.active ?? 0,
    deactivated: from?.deactivated ?? 0,
    deleted: from?.deleted ?? 0,
  };
  for (const { state } of page.page) counts[state] += 1;
  const problems = [
    ...doubles(page.page, from, 'duplicateUser'),
    ...page.page.flatMap((row) =>
      problemsOf(row).map((kind) => ({ kind, ref: `user:${row.externalId}` })),
    ),
  ];
  if (page.isDone && (await countersDiffer(ctx, counts))) {
    problems.push({ kind: 'countersDiffer', ref: 'users' });
  }
  return {
    checked: page.page.length,
    problems,
    next: page.isDone ? null : writeCursor(page, counts),
  };
}

function problemsOf(row: Doc<'users'>): IntegrityKind[] {
  if (row.deletedAt !== undefined) return row.access?.state === 'failed' ? ['pushFailed'] : [];
  const { push, access, clerk } = row;
  const settled = access === undefined || access.state === 'synced';
  return [
    ...(row.roleIssue === undefined ? [] : ['unknownRole' as const]),
    ...(push.state === 'failed' || access?.state === 'failed' ? ['pushFailed' as const] : []),
    ...(settled && clerk.banned === row.isActive ? ['accessDiffers' as const] : []),
    ...(clerk.updatedAt === 0 ? ['neverHeardOf' as const] : []),
  ];
}

async function countersDiffer(
  ctx: QueryCtx,
  counts: Record<Doc<'users'>['state'], number>,
): Promise<boolean> {
  const { byState } = await readCounts(ctx);
  return (['active', 'deactivated', 'deleted'] as const).some(
    (state) => byState[state] !== counts[state],
  );
}

async function scanOrganizations(ctx: QueryCtx, after: string | null): Promise<IntegrityPage> {
  const from = readCursor(after);
  const page = await ctx.db
    .query('organizations')
    .withIndex('byExternalId')
    .paginate({ numItems: usersAtOnce, cursor: from?.cursor ?? null });
  return {
    checked: page.page.length,
    problems: doubles(page.page, from, 'duplicateOrganization'),
    next: page.isDone ? null : writeCursor(page),
  };
}

async function scanMemberships(ctx: QueryCtx, after: string | null): Promise<IntegrityPage> {
  const from = readCursor(after);
  const page = await ctx.db
    .query('memberships')
    .withIndex('byExternalId')
    .paginate({ numItems: membershipsAtOnce, cursor: from?.cursor ?? null });
  const orphans = await Promise.all(page.page.map((row) => orphanOf(ctx, row)));
  return {
    checked: page.page.length,
    problems: [...doubles(page.page, from, 'duplicateMembership'), ...orphans.flat()],
    next: page.isDone ? null : writeCursor(page),
  };
}

async function orphanOf(ctx: QueryCtx, row: Doc<'memberships'>): Promise<Problem[]> {
  if (row.status !== 'active') return [];
  const { organizationExternalId, userExternalId } = row;
  const [organization, user] = await Promise.all([
    organizationExternalId === undefined
      ? null
      : organizationByExternalId(ctx, organizationExternalId),
    userExternalId === undefined ? null : userByExternalId(ctx, userExternalId),
  ]);
  const ref = `membership:${row.externalId}`;
  const problems: Problem[] = [];
  if (organization === null || organization.status === 'deleted') {
    problems.push({ kind: 'membershipWithoutOrganization', ref });
  }
  if (user === null || user.deletedAt !== undefined) {
    problems.push({ kind: 'membershipWithoutUser', ref });
  }
  return problems;
}

async function scanPushes(ctx: QueryCtx, now: number): Promise<IntegrityPage> {
  // The watch needs a run or two to take something up.
  const slackMs = 3 * 60_000;
  const inFlight = await ctx.db
    .query('roleIntents')
    .withIndex('byState', (q) =>
      q.eq('state', 'inFlight').lt('updatedAt', now - attemptLostMs - slackMs),
    )
    .take(pushesAtOnce);
  const queued = await ctx.db
    .query('roleIntents')
    .withIndex('byState', (q) =>
      q.eq('state', 'queued').lt('updatedAt', now - intentForgottenMs - slackMs),
    )
    .take(pushesAtOnce);
  const stuck = [
    ...inFlight,
    ...queued.filter(({ notBefore }) => notBefore < now - intentForgottenMs - slackMs),
  ];
  return {
    checked: inFlight.length + queued.length,
    problems: stuck.map(({ externalId }) => ({ kind: 'stuckPush', ref: `user:${externalId}` })),
    next: null,
  };
}

async function scanAudit(ctx: QueryCtx, after: string | null): Promise<IntegrityPage> {
  const [seq, hash] = after?.split('.') ?? [];
  const from = seq !== undefined && hash !== undefined ? { seq: Number(seq), hash } : genesis;
  if (!Number.isInteger(from.seq)) fail('INVALID_INPUT', { field: 'after' });
  const page = await verifyAuditPage(ctx, from, auditPageMax);
  if (!page.ok) {
    const problem = { kind: 'auditChain' as const, ref: `${page.problem} at entry ${page.seq}` };
    return { checked: 0, problems: [problem], next: null };
  }
  const next = page.isDone ? null : `${page.head.seq}.${page.head.hash}`;
  return { checked: page.checked, problems: [], next };
}

function doubles(
  rows: readonly { externalId: string }[],
  from: Cursor | null,
  kind: IntegrityKind,
): Problem[] {
  return rows.flatMap(({ externalId }, index) => {
    const before = index === 0 ? from?.last : rows[index - 1]?.externalId;
    return before === externalId ? [{ kind, ref: externalId }] : [];
  });
}

function writeCursor(
  page: { page: readonly { externalId: string }[]; continueCursor: string },
  counts = { active: 0, deactivated: 0, deleted: 0 },
): string {
  const last = page.page.at(-1)?.externalId ?? '';
  return JSON.stringify({ cursor: page.continueCursor, last, ...counts } satisfies Cursor);
}

function readCursor(after: string | null): Cursor | null {
  if (after === null) return null;
  try {
    const value = JSON.parse(after) as Cursor;
    const { cursor, last, active, deactivated, deleted } = value;
    const texts = [cursor, last].every((part) => typeof part === 'string');
    const numbers = [active, deactivated, deleted].every((part) => Number.isInteger(part));
    if (texts && numbers) return value;
  } catch {
    // Refused below, like everything else that no page gave out.
  }
  fail('INVALID_INPUT', { field: 'after' });
}
