import type { MutationCtx } from '../_generated/server';
import { sha256Hex } from './audit';
import { secretUseWrittenEveryMs } from './limits';

/** Enough to tell the secrets of a ring apart, and of 192 random bits it gives nothing away. */
const fingerprintLength = 8;

/** Hashes made so far by this isolate; a ring holds a few. */
const known = new Map<string, string>();

/** Names a signing secret without telling it. */
export async function fingerprintOf(secret: string): Promise<string> {
  const before = known.get(secret);
  if (before !== undefined) return before;
  const fingerprint = (await sha256Hex(secret)).slice(0, fingerprintLength);
  known.set(secret, fingerprint);
  return fingerprint;
}

/** Records that a secret verified an event, at most once a minute. */
export async function recordSecretUse(
  ctx: MutationCtx,
  fingerprint: string,
  now: number,
): Promise<void> {
  const row = await ctx.db
    .query('signingSecrets')
    .withIndex('byFingerprint', (q) => q.eq('fingerprint', fingerprint))
    .unique();
  if (row === null) {
    await ctx.db.insert('signingSecrets', { fingerprint, firstUsedAt: now, lastUsedAt: now });
  } else if (now >= row.lastUsedAt + secretUseWrittenEveryMs) {
    await ctx.db.patch('signingSecrets', row._id, { lastUsedAt: now });
  }
}
