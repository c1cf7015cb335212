import { type SyncKind, type SyncOutcome, syncErrorsKept } from '../../../src/shared/sync';
import type { MutationCtx } from '../../_generated/server';
import { syncRateWindowMs } from '../limits';
import { renewedLease } from './lease';
import type { SyncRun } from './runs';
import type { SyncSlice } from './validators';

/** What one batch adds to the run. */
export interface BatchResult {
  kind: SyncKind;
  outcomes: Partial<Record<SyncOutcome, number>>;
  errors: { externalId?: string; reason: string }[];
  unseen?: number;
  planSums?: readonly number[];
  changesKept?: number;
}

/** Progress, counts and errors of a batch, and where its slice goes on. */
export async function checkpoint(
  ctx: MutationCtx,
  run: SyncRun,
  {
    result,
    slice,
    now,
  }: { result: BatchResult; slice: { index: number; at: SyncSlice }; now: number },
): Promise<void> {
  const tally = { ...run.tallies[result.kind] };
  let seen = 0;
  for (const [outcome, count] of Object.entries(result.outcomes)) {
    // `outcomes` has the keys of SyncOutcome only; Object.entries forgets them.
    tally[outcome as SyncOutcome] = (tally[outcome as SyncOutcome] ?? 0) + count;
    seen += count;
  }
  tally.seen += seen;
  const room = Math.max(0, syncErrorsKept - run.errorsKept);
  const kept = result.errors.slice(0, room);
  await Promise.all(
    kept.map((error) =>
      ctx.db.insert('syncErrors', { runId: run._id, kind: result.kind, ...error, at: now }),
    ),
  );
  const done = run.done + seen;
  await ctx.db.patch('syncRuns', run._id, {
    tallies: { ...run.tallies, [result.kind]: tally },
    done,
    // Clerk may have got more meanwhile.
    total: Math.max(run.total, done),
    ...measure(run, done, now),
    unseen: run.unseen + (result.unseen ?? 0),
    plan: addSums(run.plan, result.planSums),
    changesKept: run.changesKept + (result.changesKept ?? 0),
    errorsKept: run.errorsKept + kept.length,
    requests: run.requests,
    limited: run.limited,
    lease: renewedLease(run.lease?.driver ?? '', now),
    slices: run.slices.map((old, i) => (i === slice.index ? slice.at : old)),
  });
}

function measure(run: SyncRun, done: number, now: number): Pick<SyncRun, 'rate' | 'measured'> {
  const tookMs = now - run.measured.at;
  if (tookMs < syncRateWindowMs) return { rate: run.rate, measured: run.measured };
  const recent = ((done - run.measured.done) / tookMs) * 1_000;
  // Half of the old rate stays, so that the time left does not jump with every page.
  const rate = run.rate === 0 ? recent : (run.rate + recent) / 2;
  return { rate, measured: { at: now, done } };
}

function addSums(sums: readonly number[], more: readonly number[] | undefined): number[] {
  if (more === undefined) return [...sums];
  return more.map((sum, lane) => ((sums[lane] ?? 0) + sum) >>> 0);
}
