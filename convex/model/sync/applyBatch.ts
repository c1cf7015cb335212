import type { SyncKind } from '../../../src/shared/sync';
import type { MutationCtx } from '../../_generated/server';
import type { Cause } from '../auditLog';
import type { ClerkMembership, ClerkOrganization } from '../validators';
import { applyMembershipBatch, applyOrganizationBatch } from './applyMirrors';
import { applyUserBatch, type UserBatch } from './applyUsers';
import type { Stretch } from './findRows';
import { unpackUsers } from './packing';
import { type BatchResult, checkpoint } from './checkpoint';
import { renewedLease } from './lease';
import type { SyncRun } from './runs';
import type { BatchEnd, SyncSlice } from './validators';

export interface Batch {
  kind: SyncKind;
  records: string;
  stretch?: Stretch;
  listed?: string[];
  scanCursor: string | null;
  verify: boolean;
  expected?: string[];
  errors: { externalId?: string; reason: string }[];
  skipped: number;
  slice: { index: number; end?: SyncSlice };
}

/** One batch of any kind, with its checkpoint, in the caller's transaction. */
export async function applyBatch(
  ctx: MutationCtx,
  run: SyncRun,
  batch: Batch,
  cause: Cause,
): Promise<BatchEnd> {
  const mode: UserBatch['mode'] = batch.verify ? 'verify' : run.mode;
  const { expected } = batch;
  switch (batch.kind) {
    case 'users': {
      const users = unpackUsers(batch.records);
      const { stretch, listed, scanCursor } = batch;
      const request = { users, stretch, listed, scanCursor, mode, expected };
      const end = await applyUserBatch(ctx, run, request, cause);
      if (end.kind === 'more') {
        await ctx.db.patch('syncRuns', run._id, {
          unseen: run.unseen + end.unseen,
          requests: run.requests,
          limited: run.limited,
          lease: renewedLease(run.lease?.driver ?? '', cause.now),
        });
        return { kind: 'more', cursor: end.cursor };
      }
      const places = users.map(({ createdAt: at, externalId: id }) => ({ at, id }));
      return await settle(ctx, { run, batch, ...end, places, cause });
    }
    case 'organizations': {
      // Written by `batches.ts` of this deployment from what its parser gave.
      const records = JSON.parse(batch.records) as ClerkOrganization[];
      const end = await applyOrganizationBatch(ctx, run, { records, mode, expected }, cause);
      return await settle(ctx, { run, batch, ...end, places: records.map(unplaced), cause });
    }
    case 'memberships': {
      const records = JSON.parse(batch.records) as ClerkMembership[];
      const end = await applyMembershipBatch(ctx, run, { records, mode, expected }, cause);
      return await settle(ctx, { run, batch, ...end, places: records.map(unplaced), cause });
    }
  }
}

function unplaced(): undefined {
  return undefined;
}

interface Settled {
  run: SyncRun;
  batch: Batch;
  taken: number;
  result: BatchResult;
  digests: string[];
  /** Where each record stands in its list; lists by offset move on by whole pages only. */
  places: readonly ({ at: number; id: string } | undefined)[];
  cause: Cause;
}

async function settle(ctx: MutationCtx, settled: Settled): Promise<BatchEnd> {
  const { run, batch, taken, result, digests, places, cause } = settled;
  const sums = result.planSums === undefined ? [] : [...result.planSums];
  if (!batch.verify) {
    addRest(result, batch);
    const at = sliceAfter(run, batch, { taken, places });
    const slice = { index: batch.slice.index, at };
    await checkpoint(ctx, run, { result, slice, now: cause.now });
  }
  return { kind: 'done', taken, sums, digests };
}

function addRest(result: BatchResult, { errors, skipped }: Batch): void {
  result.errors.push(...errors);
  result.outcomes.failed = (result.outcomes.failed ?? 0) + errors.length;
  result.outcomes.skipped = (result.outcomes.skipped ?? 0) + skipped;
}

/** After the last record of a page, where the page says; otherwise at the last record settled. */
function sliceAfter(
  run: SyncRun,
  { slice }: Batch,
  { taken, places }: { taken: number; places: Settled['places'] },
): SyncSlice {
  const before = run.slices[slice.index];
  if (before === undefined) throw new Error(`the run has no slice ${slice.index}`);
  if (slice.end !== undefined && taken === places.length) return slice.end;
  const cursor = taken === 0 ? undefined : places[taken - 1];
  return cursor === undefined || before.kind !== 'users' ? before : { ...before, cursor };
}
