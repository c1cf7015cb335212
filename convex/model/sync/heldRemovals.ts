import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { type MirrorKind, mirrorKinds } from '../../../src/shared/sync';
import { appendAudit, type Cause } from '../auditLog';
import { clerkApi } from '../environment';
import { fail } from '../errors';
import { removalRunAgeMsMax, removalsAskedAtOnce, removalsSilentMsMax } from '../limits';
import type { Place } from './driveRemovals';
import { move, patchTally, type Removal, removalsIn, rowOf, type Verdict } from './removals';
import type { SyncRun } from './runs';
import { remove } from './settleRemovals';

/*
 * Removals that a brake stopped. A superadmin, not the one who started the run, confirms them; then
 * Clerk is asked for each once more.
 */

export async function confirmRemovals(ctx: MutationCtx, run: SyncRun, cause: Cause): Promise<void> {
  const kinds = heldKinds(run);
  const refusal = refusalOf(run, kinds, cause.now);
  if (refusal !== null) fail('REMOVAL_REFUSED', { message: refusal });
  if (run.startedBy !== undefined && run.actor === cause.actor) fail('SECOND_CONFIRMATION');
  const change = { confirmedBy: cause.actor, workedAt: cause.now };
  const tallies = kinds.map((kind) => [kind, { ...run.removals?.[kind], ...change }]);
  await ctx.db.patch('syncRuns', run._id, {
    removals: { ...run.removals, ...Object.fromEntries(tallies) },
  });
  await appendAudit(ctx, cause, {
    action: 'sync.removalsConfirmed',
    target: `sync:${run._id}`,
    before: { confirmedBy: null },
    after: {
      confirmedBy: cause.actor,
      organizations: run.removals?.organizations?.held ?? 0,
      memberships: run.removals?.memberships?.held ?? 0,
    },
  });
  await schedule(ctx, run._id);
}

function heldKinds(run: SyncRun): MirrorKind[] {
  return mirrorKinds.filter((kind) => (run.removals?.[kind]?.held ?? 0) > 0);
}

function refusalOf(run: SyncRun, kinds: readonly MirrorKind[], now: number): string | null {
  const api = clerkApi();
  if (run.status !== 'completed' || run.mode !== 'apply') return 'The run was not completed.';
  if (kinds.length === 0) return 'Nothing is held any more.';
  if (now - (run.finishedAt ?? 0) > removalRunAgeMsMax) {
    return 'The run is more than a day old. Run a synchronisation first.';
  }
  return api.ok ? null : `${api.reason}.`;
}

async function schedule(ctx: MutationCtx, runId: Id<'syncRuns'>): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.removals.carryOut, { runId });
}

/** What is asked for next, of those in `state`; nothing while held removals are not confirmed. */
export async function placesOf(
  ctx: QueryCtx,
  runId: Id<'syncRuns'>,
  { kind, state }: { kind: MirrorKind; state: 'open' | 'held' },
): Promise<Place[]> {
  const run = await ctx.db.get('syncRuns', runId);
  if (state === 'held' && run?.removals?.[kind]?.confirmedBy === undefined) return [];
  const removals = await removalsIn(ctx, { runId, kind, state }, removalsAskedAtOnce);
  return await Promise.all(
    removals.map(async ({ externalId }) => {
      const row = await rowOf(ctx, { kind, externalId });
      if (row === null || !('userExternalId' in row)) return { externalId };
      const { organizationExternalId, userExternalId } = row;
      return { externalId, organizationExternalId, userExternalId };
    }),
  );
}

/** What Clerk has denied once more goes, on behalf of who confirmed it. */
export async function removeHeld(
  ctx: MutationCtx,
  run: SyncRun,
  { kind, verdicts }: { kind: MirrorKind; verdicts: readonly Verdict[] },
  now: number,
): Promise<void> {
  const tally = run.removals?.[kind];
  if (tally?.confirmedBy === undefined) return;
  const { confirmedBy: actor } = tally;
  const cause: Cause = { actor, source: 'system', correlationId: run.correlationId, now };
  const at = { runId: run._id, kind, state: 'held' as const };
  const held = await removalsIn(ctx, at, removalsAskedAtOnce);
  let [removed, left] = [0, tally.held];
  for (const { externalId, verdict } of verdicts) {
    const removal = held.find((one) => one.externalId === externalId);
    if (removal === undefined) continue;
    left -= 1;
    const state = verdict === 'gone' ? await removeOne(ctx, removal, cause) : verdict;
    if (state === 'removed') removed += 1;
    await move(ctx, removal, { state }, now);
  }
  const before = run.tallies[kind];
  const tallies = { ...before, removed: (before.removed ?? 0) + removed };
  await ctx.db.patch('syncRuns', run._id, { tallies: { ...run.tallies, [kind]: tallies } });
  await patchTally(ctx, run, kind, { held: Math.max(0, left), workedAt: now });
}

async function removeOne(
  ctx: MutationCtx,
  removal: Removal,
  cause: Cause,
): Promise<'removed' | 'gone'> {
  if ((await rowOf(ctx, removal)) === null) return 'gone';
  await remove(ctx, removal, cause);
  return 'removed';
}

/** Takes up removals whose job died. */
export async function watchRemovals(ctx: MutationCtx, now: number): Promise<boolean> {
  const runs = await ctx.db
    .query('syncRuns')
    .withIndex('byStatus', (q) => q.eq('status', 'completed'))
    .order('desc')
    .take(5);
  const stuck = runs.find((run) =>
    heldKinds(run).some((kind) => {
      const tally = run.removals?.[kind];
      return tally?.workedAt !== undefined && now - tally.workedAt > removalsSilentMsMax;
    }),
  );
  if (stuck === undefined) return false;
  await schedule(ctx, stuck._id);
  return true;
}
