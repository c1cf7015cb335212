import { type MirrorKind, type SyncMode, syncChangesKept } from '../../../src/shared/sync';
import type { MutationCtx } from '../../_generated/server';
import type { Cause } from '../auditLog';
import { deleteMembership } from '../deleteMembership';
import { deleteOrganization } from '../deleteOrganization';
import { removalsBuriedAtOnce, removalsMax, removalsSortedAtOnce } from '../limits';
import { digestOf, digestText, sumDigests } from './planHash';
import { bySync, hold, type MirrorRow, move, type Removal, removalsIn, rowOf } from './removals';
import { renewedLease } from './lease';
import type { SyncRun } from './runs';

export interface Settling {
  kind: MirrorKind;
  mode: SyncMode | 'verify';
}

export interface SettledRemovals {
  isDone: boolean;
  /** Of the changes planned, for the hash of the plan. */
  sums: number[];
  /** Somebody else drives the run now, or it was cancelled. */
  stopped?: 'cancelled' | 'lost';
}

/** Plans or removes some of what Clerk denies, unless it is too much at once. */
export async function settleRemovals(
  ctx: MutationCtx,
  run: SyncRun,
  { kind, mode }: Settling,
  now: number,
): Promise<SettledRemovals> {
  const at = { runId: run._id, kind };
  const limit = run.removals?.[kind]?.limit ?? 0;
  const confirmed = await removalsIn(ctx, { ...at, state: 'confirmed' }, removalsMax);
  const begun = run.tallies[kind].removed ?? 0;
  if (begun === 0 && confirmed.length > limit) {
    await hold(ctx, run, { kind, limit, why: 'many', held: confirmed }, now);
    return { isDone: true, sums: [] };
  }
  if (mode !== 'apply') return await planRemovals(ctx, run, { kind, mode, confirmed }, now);
  const planned = await removalsIn(ctx, { ...at, state: 'planned' }, removalsBuriedAtOnce);
  const next = [...planned, ...confirmed].slice(0, removalsBuriedAtOnce);
  const outcomes = { removed: 0, moved: 0 };
  for (const removal of next) {
    const state = await removeUnlessMoved(ctx, run, removal, now);
    if (state !== 'gone') outcomes[state] += 1;
    await move(ctx, removal, { state }, now);
  }
  await countRemovals(ctx, run, { kind, ...outcomes }, now);
  return { isDone: next.length < removalsBuriedAtOnce, sums: [] };
}

async function planRemovals(
  ctx: MutationCtx,
  run: SyncRun,
  { kind, mode, confirmed }: Settling & { confirmed: readonly Removal[] },
  now: number,
): Promise<SettledRemovals> {
  const next = confirmed.slice(0, removalsSortedAtOnce);
  const digests: number[][] = [];
  let kept = 0;
  for (const removal of next) {
    const row = await rowOf(ctx, removal);
    if (row === null) {
      await move(ctx, removal, { state: 'gone' }, now);
      continue;
    }
    const digest = digestOfRemoval(row);
    digests.push(digest);
    await move(ctx, removal, { state: 'planned', digest: digestText(digest) }, now);
    if (mode === 'verify' || run.changesKept + kept >= syncChangesKept) continue;
    kept += 1;
    const { externalId } = removal;
    const change = { runId: run._id, kind, change: 'delete' as const, externalId };
    await ctx.db.insert('syncChanges', { ...change, name: nameOf(row), fields: [], at: now });
  }
  const sums = sumDigests(digests);
  if (mode === 'dryRun') {
    await ctx.db.patch('syncRuns', run._id, {
      plan: sumDigests([run.plan, sums].filter(({ length }) => length > 0)),
      changesKept: run.changesKept + kept,
    });
    await countRemovals(ctx, run, { kind, removed: digests.length, moved: 0 }, now);
  }
  return { isDone: next.length < removalsSortedAtOnce, sums };
}

function digestOfRemoval(row: MirrorRow): number[] {
  return digestOf(`${row.externalId} delete ${JSON.stringify(row)}`);
}

function nameOf(row: MirrorRow): string {
  if ('name' in row) return row.name;
  return `${row.userExternalId ?? 'somebody'} in ${row.organizationExternalId ?? 'nowhere'}`;
}

async function removeUnlessMoved(
  ctx: MutationCtx,
  run: SyncRun,
  removal: Removal,
  now: number,
): Promise<'removed' | 'moved' | 'gone'> {
  const row = await rowOf(ctx, removal);
  if (row === null) return 'gone';
  const isPlanned = removal.digest === digestText(digestOfRemoval(row));
  if (run.expectedPlan !== undefined && !isPlanned) return 'moved';
  await remove(ctx, removal, bySync(run, now));
  return 'removed';
}

/** Exactly as the webhook that was lost would have. */
export async function remove(
  ctx: MutationCtx,
  { kind, externalId }: Pick<Removal, 'kind' | 'externalId'>,
  cause: Cause,
): Promise<void> {
  if (kind === 'organizations') await deleteOrganization(ctx, externalId, cause);
  else await deleteMembership(ctx, externalId, cause);
}

/** What is removed is in no list of Clerk: `seen` does not count it. */
async function countRemovals(
  ctx: MutationCtx,
  run: SyncRun,
  { kind, removed, moved }: { kind: MirrorKind; removed: number; moved: number },
  now: number,
): Promise<void> {
  const tally = run.tallies[kind];
  const text = `${moved} ${kind} that Clerk deleted are not in the plan and stay; a run without a plan removes them.`;
  await ctx.db.patch('syncRuns', run._id, {
    tallies: { ...run.tallies, [kind]: { ...tally, removed: (tally.removed ?? 0) + removed } },
    warnings: moved > 0 ? [...run.warnings, text].slice(0, 20) : run.warnings,
    lease: renewedLease(run.lease?.driver ?? '', now),
  });
}
