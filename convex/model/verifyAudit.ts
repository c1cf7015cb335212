import type { QueryCtx } from '../_generated/server';
import { type ChainHead, verifyChain } from './audit';
import { auditHead } from './auditLog';
import { behindCut } from './auditRetention';

export type AuditPage =
  | { ok: true; checked: number; head: ChainHead; isDone: boolean }
  | { ok: false; seq: number; problem: 'gap' | 'brokenLink' | 'edited' | 'cutOff' };

/** Verifies at most `limit` entries after `from`; call again with the returned head until done. */
export async function verifyAuditPage(
  ctx: QueryCtx,
  from: ChainHead,
  limit: number,
): Promise<AuditPage> {
  const start = await behindCut(ctx, from);
  const entries = await ctx.db
    .query('auditLog')
    .withIndex('bySeq', (q) => q.gt('seq', start.seq))
    .take(limit);
  const verdict = await verifyChain(start, entries);
  if (!verdict.ok) return verdict;
  const isDone = entries.length < limit;
  const recorded = await auditHead(ctx);
  if (isDone && (recorded.seq !== verdict.head.seq || recorded.hash !== verdict.head.hash)) {
    return { ok: false, seq: verdict.head.seq + 1, problem: 'cutOff' };
  }
  return { ok: true, checked: entries.length, head: verdict.head, isDone };
}
