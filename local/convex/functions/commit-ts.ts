import type { Json } from '../engine/contract';

/**
 * `ctx.db.vars.commitTs` and `v.commitTs()`.
 *
 * Transactions run one after the other, so the value a transaction will commit with is known
 * while it runs: one more than its snapshot. It is above all that the snapshot holds, and at most
 * the next transaction's snapshot, which is all that Convex promises of it. The placeholder is
 * therefore replaced where a transaction receives it, and stored as the int64 it stands for;
 * reading the field back in the same mutation gives that int64 already.
 */

const marker = '$commitTs';

export function mentionsCommitTs(jsonText: string): boolean {
  return jsonText.includes(marker);
}

/** Convex-JSON with every placeholder replaced by the int64 of the running transaction. */
export function resolveCommitTs(json: Json, snapshotTs: bigint): Json {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item) => resolveCommitTs(item, snapshotTs));
  if (json[marker] === null && Object.keys(json).length === 1) return int64Json(snapshotTs + 1n);
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, resolveCommitTs(value, snapshotTs)]),
  );
}

/** Validator or schema JSON in which `v.commitTs()` reads `v.int64()`: what is stored. */
export function storedValidators<T>(json: T): T {
  const text = JSON.stringify(json);
  // Only a validator has a `type` of this name beside nothing else.
  return text.includes('{"type":"commitTs"}')
    ? (JSON.parse(text.replaceAll('{"type":"commitTs"}', '{"type":"bigint"}')) as T)
    : json;
}

export function int64Json(value: bigint): Json {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return { $integer: bytes.toString('base64') };
}
