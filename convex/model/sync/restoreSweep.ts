import { internal } from '../../_generated/api';
import type { MutationCtx } from '../../_generated/server';
import { appendAudit, type Cause } from '../auditLog';
import { countTogether } from '../counters';
import { fail } from '../errors';
import { sweepBatch } from '../limits';
import { patchUser } from '../userRows';
import { auditSweep, type Sweep } from './sweep';

/**
 * Whom a sweep deactivated gets back exactly what they had, unless somebody decided since. A large
 * one goes on by itself.
 */
export async function restoreSweep(ctx: MutationCtx, sweep: Sweep, cause: Cause): Promise<void> {
  const { isDone } = await restoreSome(ctx, sweep, cause);
  if (isDone) return;
  const { actor, source } = cause;
  const next = { sweepId: sweep._id, actor, source };
  await ctx.scheduler.runAfter(0, internal.sweepWork.restore, next);
}

async function restoreSome(
  ctx: MutationCtx,
  sweep: Sweep,
  cause: Cause,
): Promise<{ isDone: boolean }> {
  if (sweep.state !== 'done' && sweep.state !== 'cancelled') fail('SYNC_ENDED');
  const swept = await ctx.db
    .query('syncMissing')
    .withIndex('byRun', (q) => q.eq('runId', sweep.runId).eq('state', 'swept'))
    .take(sweepBatch);
  let restored = 0;
  await countTogether(ctx, async () => {
    for (const missing of swept) {
      const row = await ctx.db.get('users', missing.userId);
      const isUntouched =
        row !== null &&
        row.deletedAt === undefined &&
        !row.isActive &&
        row.updatedAt === missing.at &&
        missing.before !== undefined;
      if (isUntouched && missing.before !== undefined) {
        restored += 1;
        await patchUser(ctx, row, missing.before);
        await appendAudit(ctx, cause, {
          action: 'user.restored',
          target: `user:${row.externalId}`,
          before: { isActive: false },
          after: { isActive: missing.before.isActive },
        });
      }
      const why = isUntouched ? undefined : 'Changed since the sweep';
      const state = isUntouched ? 'restored' : 'spared';
      await ctx.db.patch('syncMissing', missing._id, { state, why, at: cause.now });
    }
  });
  const isDone = swept.length < sweepBatch;
  const total = sweep.restored + restored;
  await ctx.db.patch('syncSweeps', sweep._id, {
    restored: total,
    ...(isDone ? { state: 'restored' } : {}),
  });
  if (isDone) await auditSweep(ctx, sweep, 'sweep.restored', cause);
  return { isDone };
}
