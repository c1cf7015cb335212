import { appConfig } from '../../app.config';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import type { ChainHead } from './audit';
import { appendAudit, type Cause } from './auditLog';
import { auditDaysKeptMin, auditPruneBatch } from './limits';

const dayMs = 24 * 60 * 60_000;

/** The entry that seals a cut: `throughSeq` and `throughHash` of the last entry that was pruned. */
export const sealAction = 'audit.pruned';

/** Unix ms before which entries are pruned; undefined where all are kept. */
export function prunedBefore(
  now: number,
  keptDays: number | null = appConfig.auditKeptDays as number | null,
): number | undefined {
  return keptDays === null ? undefined : now - Math.max(keptDays, auditDaysKeptMin) * dayMs;
}

/**
 * Prunes the oldest entries, as many as one transaction should, and seals the cut in the same one:
 * an entry names the last of them by its hash, in which all before it are chained. What remains
 * verifies from there, and nothing else than such a cut is let pass. Returns how many went.
 */
export async function pruneAudit(
  ctx: MutationCtx,
  { before, limit = auditPruneBatch }: { before: number; limit?: number },
  now: number,
): Promise<number> {
  const oldest = await ctx.db.query('auditLog').withIndex('bySeq').take(limit);
  const firstKept = oldest.findIndex(({ at }) => at >= before);
  const pruned = firstKept === -1 ? oldest : oldest.slice(0, firstKept);
  const last = pruned.at(-1);
  if (last === undefined) return 0;
  for (const { _id } of pruned) await ctx.db.delete('auditLog', _id);
  const cause: Cause = { actor: 'system', source: 'system', correlationId: `prune:${now}`, now };
  await appendAudit(ctx, cause, {
    action: sealAction,
    target: 'audit',
    before: { firstSeq: pruned[0]?.seq ?? last.seq, entries: pruned.length },
    after: { throughSeq: last.seq, throughHash: last.hash, before },
  });
  return pruned.length;
}

/**
 * Where verification goes on: `from`, or behind the sealed cut that has taken what followed it. A cut
 * counts only if the newest seal names exactly the entry before the oldest that is there.
 */
export async function behindCut(ctx: QueryCtx, from: ChainHead): Promise<ChainHead> {
  const first = await ctx.db.query('auditLog').withIndex('bySeq').first();
  if (first === null || first.seq <= from.seq + 1) return from;
  const seal = await ctx.db
    .query('auditLog')
    .withIndex('byAction', (q) => q.eq('action', sealAction))
    .order('desc')
    .first();
  return seal !== null && seals(seal, first)
    ? { seq: first.seq - 1, hash: first.previousHash }
    : from;
}

function seals({ after }: Doc<'auditLog'>, first: Doc<'auditLog'>): boolean {
  return after?.throughSeq === first.seq - 1 && after.throughHash === first.previousHash;
}
