import type { RefusalReason } from '../../src/shared/webhook-health';
import { refusalsWrittenEveryMs, secretUseWrittenEveryMs } from './limits';
import { fingerprintOf } from './signingSecrets';

/*
 * What the webhook route counts in the memory of its isolate, so that neither a stream of events nor
 * a flood of forged ones writes to the database for it. An isolate that ends takes a few seconds'
 * counts with it, which is all that they are worth.
 */

const usedAt = new Map<string, number>();
let refused = new Map<RefusalReason, number>();
let refusalsWrittenAt = Number.NEGATIVE_INFINITY;

/** The fingerprint of a secret whose use should be written down now; undefined when it was lately. */
export async function secretUseDue(secret: string, now: number): Promise<string | undefined> {
  const fingerprint = await fingerprintOf(secret);
  const last = usedAt.get(fingerprint) ?? Number.NEGATIVE_INFINITY;
  return now >= last + secretUseWrittenEveryMs ? fingerprint : undefined;
}

export function secretUseWritten(fingerprint: string, now: number): void {
  usedAt.set(fingerprint, now);
}

/** Counts a refusal; returns what to write when it is time to, and starts anew. */
export function refusalsDue(
  reason: RefusalReason,
  now: number,
): { reason: RefusalReason; count: number }[] | undefined {
  refused.set(reason, (refused.get(reason) ?? 0) + 1);
  if (now < refusalsWrittenAt + refusalsWrittenEveryMs) return undefined;
  const due = [...refused].map(([of, count]) => ({ reason: of, count }));
  refused = new Map();
  refusalsWrittenAt = now;
  return due;
}

/** For tests, whose deployments begin and end within one isolate. */
export function forgetTallies(): void {
  usedAt.clear();
  refused = new Map();
  refusalsWrittenAt = Number.NEGATIVE_INFINITY;
}
