import type { Json } from './contract';
import type { WriteTransaction } from '../store/contract';

/**
 * Outcomes of mutations by (session, request): written with the mutation's own effects, so that a
 * client that repeats a request after a lost answer gets the first outcome. A failed mutation
 * leaves no trace and simply runs again.
 */

const outcomesBucket = 'outcomes';
const byTimeBucket = 'outcomes.byTime';
/** A browser tab that slept longer starts a new session. */
const keptMs = 24 * 60 * 60 * 1000;
/** Old ones removed with each new one: more than one, so that the rest shrinks. */
const prunedPerMutation = 4;

export interface Dedupe {
  sessionId: string;
  requestId: number;
}

export interface Outcome {
  value: Json;
  logLines: string[];
}

export function storedOutcome(tx: WriteTransaction, dedupe: Dedupe): Outcome | undefined {
  // Written below.
  return tx.system.get(outcomesBucket, keyOf(dedupe)) as Outcome | undefined;
}

export function storeOutcome(
  tx: WriteTransaction,
  dedupe: Dedupe,
  outcome: Outcome,
  nowMs: number,
): void {
  const key = keyOf(dedupe);
  tx.system.set(outcomesBucket, key, { ...outcome });
  tx.system.set(byTimeBucket, `${timeKey(nowMs)}:${key}`, key);
  const old = tx.system.scan(byTimeBucket, {
    to: timeKey(nowMs - keptMs),
    limit: prunedPerMutation,
  });
  for (const { key: byTime, value } of old) {
    tx.system.delete(byTimeBucket, byTime);
    if (typeof value === 'string') tx.system.delete(outcomesBucket, value);
  }
}

function keyOf({ sessionId, requestId }: Dedupe): string {
  return `${sessionId}/${requestId}`;
}

/** Sorts as the time does. */
function timeKey(ms: number): string {
  return String(Math.max(0, Math.floor(ms))).padStart(15, '0');
}
