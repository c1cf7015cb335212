import type { PaginationResult } from 'convex/server';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { massChangeLimit } from '../../../src/shared/mass-change';
import type { MirrorKind } from '../../../src/shared/sync';
import { membershipByExternalId } from '../applyMembership';
import { organizationByExternalId } from '../applyOrganization';
import { appendAudit, type Cause } from '../auditLog';
import {
  removalsMax,
  removalsSortedAtOnce,
  syncConfirmMax,
  syncRowsPerScan,
  syncTooNewMs,
} from '../limits';
import type { SyncRun } from './runs';
import type { RemovalBrake, RemovalTally } from './validators';

/*
 * Organizations and memberships that Clerk deleted without our hearing of it. A run notes what its
 * list did not have, asks Clerk for each by id, and deletes what Clerk denies as its webhook would.
 * Unlike people (A7) these are mirrors: no decision of ours is lost with them. A list that is short
 * removes nothing; one that is empty, or more than `massChangeLimit`, waits for somebody to confirm.
 */

export type Removal = Doc<'syncRemovals'>;
export type MirrorRow = Doc<'organizations'> | Doc<'memberships'>;

export interface MirrorStretch {
  kind: MirrorKind;
  /** By Clerk's time of creation (unix ms), both ends included. */
  from?: number;
  to?: number;
  /** Every id that Clerk lists there. */
  listed: readonly string[];
  cursor: string | null;
}

/** Notes rows of a stretch of Clerk's list that are not on it. Returns where the stretch goes on. */
export async function noteStrangers(
  ctx: MutationCtx,
  run: SyncRun,
  stretch: MirrorStretch,
  now: number,
): Promise<string | null> {
  const { kind } = stretch;
  const tally = run.removals?.[kind];
  if (tally === undefined || tally.unseen >= removalsMax) return null;
  const page = await activeRowsOf(ctx, stretch);
  const known = new Set(stretch.listed);
  const isOld = (row: MirrorRow) => createdAtOf(row) < run.startedAt - syncTooNewMs;
  const strangers = page.page.filter((row) => !known.has(row.externalId) && isOld(row));
  const noted = await note(ctx, run, { kind, strangers, now });
  if (noted > 0) await patchTally(ctx, run, kind, { unseen: tally.unseen + noted });
  return page.isDone ? null : page.continueCursor;
}

async function activeRowsOf(
  ctx: QueryCtx,
  { kind, from = 0, to, cursor }: MirrorStretch,
): Promise<PaginationResult<MirrorRow>> {
  const options = { numItems: syncRowsPerScan, cursor };
  if (kind === 'organizations') {
    const organizations = ctx.db.query('organizations').withIndex('byCreatedAt', (q) => {
      const lower = q.eq('status', 'active').gte('createdAt', from);
      return to === undefined ? lower : lower.lte('createdAt', to);
    });
    return await organizations.paginate(options);
  }
  const memberships = ctx.db.query('memberships').withIndex('byJoinedAt', (q) => {
    const lower = q.eq('status', 'active').gte('joinedAt', from);
    return to === undefined ? lower : lower.lte('joinedAt', to);
  });
  return await memberships.paginate(options);
}

function createdAtOf(row: MirrorRow): number {
  return 'joinedAt' in row ? row.joinedAt : row.createdAt;
}

/** Repeating it notes nothing twice. */
async function note(
  ctx: MutationCtx,
  run: SyncRun,
  { kind, strangers, now }: { kind: MirrorKind; strangers: readonly MirrorRow[]; now: number },
): Promise<number> {
  let noted = 0;
  for (const { externalId } of strangers) {
    if ((await removalOf(ctx, run._id, externalId)) !== null) continue;
    noted += 1;
    const state = 'unseen' as const;
    await ctx.db.insert('syncRemovals', { runId: run._id, kind, externalId, state, at: now });
  }
  return noted;
}

async function removalOf(
  ctx: QueryCtx,
  runId: Id<'syncRuns'>,
  externalId: string,
): Promise<Removal | null> {
  return await ctx.db
    .query('syncRemovals')
    .withIndex('byRunId', (q) => q.eq('runId', runId).eq('externalId', externalId))
    .unique();
}

export async function removalsIn(
  ctx: QueryCtx,
  { runId, kind, state }: { runId: Id<'syncRuns'>; kind: MirrorKind; state: Removal['state'] },
  max: number,
): Promise<Removal[]> {
  return await ctx.db
    .query('syncRemovals')
    .withIndex('byRun', (q) => q.eq('runId', runId).eq('kind', kind).eq('state', state))
    .take(max);
}

export async function move(
  ctx: MutationCtx,
  removal: Removal,
  change: Pick<Removal, 'state' | 'digest'>,
  now: number,
): Promise<void> {
  await ctx.db.patch('syncRemovals', removal._id, { ...change, at: now });
}

export async function patchTally(
  ctx: MutationCtx,
  run: SyncRun,
  kind: MirrorKind,
  change: Partial<RemovalTally>,
): Promise<void> {
  const tally = run.removals?.[kind];
  if (tally === undefined) return;
  const removals = { ...run.removals, [kind]: { ...tally, ...change } };
  await ctx.db.patch('syncRuns', run._id, { removals });
}

/** The row that a removal is about; null where there is nothing left to remove. */
export async function rowOf(
  ctx: QueryCtx,
  { kind, externalId }: Pick<Removal, 'kind' | 'externalId'>,
): Promise<MirrorRow | null> {
  const row =
    kind === 'organizations'
      ? await organizationByExternalId(ctx, externalId)
      : await membershipByExternalId(ctx, externalId);
  return row?.status === 'active' ? row : null;
}

export type Weighed = 'more' | 'ask' | 'leave';

/**
 * After the list: leaves out what is buried already or goes with its organization, then decides
 * whether Clerk is to be asked for the rest. `listed`: distinct records that the list had.
 */
export async function weigh(
  ctx: MutationCtx,
  run: SyncRun,
  { kind, after, listed }: { kind: MirrorKind; after: number; listed: number },
  now: number,
): Promise<Weighed> {
  const tally = run.removals?.[kind];
  if (tally === undefined) return 'leave';
  const counted = Math.min(tally.before, after);
  if (listed < counted) {
    const text = `Clerk counted ${counted} ${kind}, its list had ${listed}: run again; none is removed on the strength of this run.`;
    await brake(ctx, run, { kind, why: 'short', after, text });
    return 'leave';
  }
  const unseen = await removalsIn(
    ctx,
    { runId: run._id, kind, state: 'unseen' },
    removalsSortedAtOnce,
  );
  for (const removal of unseen) {
    await move(ctx, removal, { state: await stateBesideOthers(ctx, removal) }, now);
  }
  if (unseen.length === removalsSortedAtOnce) return 'more';
  const open = await removalsIn(ctx, { runId: run._id, kind, state: 'open' }, removalsMax);
  const limit = massChangeLimit(listed);
  const weighed = { ...run, removals: { ...run.removals, [kind]: { ...tally, after, limit } } };
  await ctx.db.patch('syncRuns', run._id, { removals: weighed.removals });
  if (open.length === 0) return 'ask';
  if (listed === 0 || open.length > Math.max(limit, syncConfirmMax)) {
    const why = listed === 0 ? 'empty' : 'many';
    await hold(ctx, weighed, { kind, limit, why, held: open }, now);
    return 'leave';
  }
  return 'ask';
}

/** A membership goes the way of its organization, which was settled before. */
async function stateBesideOthers(ctx: QueryCtx, removal: Removal): Promise<Removal['state']> {
  const row = await rowOf(ctx, removal);
  if (row === null) return 'gone';
  if (!('organizationExternalId' in row) || row.organizationExternalId === undefined) return 'open';
  const id = row.organizationExternalId;
  const [organization, planned] = await Promise.all([
    organizationByExternalId(ctx, id),
    removalOf(ctx, removal.runId, id),
  ]);
  const goesToo = ['planned', 'held', 'removed'].includes(planned?.state ?? '');
  return goesToo || organization?.deletedAt !== undefined ? 'gone' : 'open';
}

async function brake(
  ctx: MutationCtx,
  run: SyncRun,
  change: { kind: MirrorKind; why: RemovalBrake; after?: number; held?: number; text: string },
): Promise<void> {
  const tally = run.removals?.[change.kind];
  if (tally === undefined) return;
  const { kind, why, text, after = tally.after, held = 0 } = change;
  await patchTally(ctx, run, kind, { brake: why, after, held: tally.held + held });
  if (run.warnings.includes(text)) return;
  await ctx.db.patch('syncRuns', run._id, { warnings: [...run.warnings, text].slice(0, 20) });
}

/** The brakes of the sweep: what they stop is shown, and waits for somebody to confirm. */
export async function hold(
  ctx: MutationCtx,
  run: SyncRun,
  {
    kind,
    limit,
    why,
    held,
  }: { kind: MirrorKind; limit: number; why: RemovalBrake; held: readonly Removal[] },
  now: number,
): Promise<void> {
  for (const removal of held) await move(ctx, removal, { state: 'held' }, now);
  const number = held.length;
  const reason =
    why === 'empty'
      ? `Clerk’s list of ${kind} was empty`
      : `that is more than the ${limit} that a run removes by itself`;
  const text = `${number} ${kind} are here that Clerk’s list did not have; ${reason}: they stay until somebody confirms.`;
  await brake(ctx, run, { kind, why, held: number, text });
  if (run.mode === 'dryRun') return;
  await appendAudit(ctx, bySync(run, now), {
    action: 'sync.removalsHeld',
    target: `sync:${run._id}`,
    before: { held: 0 },
    after: { kind, held: number, limit, why },
    alarm: true,
  });
}

export type AskVerdict = 'gone' | 'present' | 'unknown';

/** What Clerk said by id. */
export async function judgeRemovals(
  ctx: MutationCtx,
  run: SyncRun,
  { kind, verdicts }: { kind: MirrorKind; verdicts: readonly Verdict[] },
  now: number,
): Promise<void> {
  for (const { externalId, verdict } of verdicts) {
    const removal = await removalOf(ctx, run._id, externalId);
    if (removal?.kind !== kind || removal.state !== 'open') continue;
    await move(ctx, removal, { state: verdict === 'gone' ? 'confirmed' : verdict }, now);
  }
}

export interface Verdict {
  externalId: string;
  verdict: AskVerdict;
}

/** Decided in Clerk; the correlation id leads to who started the run. */
export function bySync({ correlationId }: SyncRun, now: number): Cause {
  return { actor: 'clerk', source: 'clerk', correlationId, now };
}
