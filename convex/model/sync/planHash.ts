import { sha256Hex } from '../audit';
import type { SyncScope } from './validators';

/**
 * A plan is a set of changes that parallel slices find in any order. Each change has a digest of
 * four 32-bit lanes; the lanes are summed, so that equal sets have equal sums whatever the order.
 */
const lanes = 4;

/** Four independent 32-bit hashes of a text (multiply-and-mix, as murmur does). Not for secrets. */
export function digestOf(text: string): number[] {
  const seeds = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];
  return seeds.map((seed, lane) => {
    let hash = seed ^ Math.imul(text.length, 0x165667b1);
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193 + lane * 0x2f2);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    return (hash ^ (hash >>> 15)) >>> 0;
  });
}

export function sumDigests(digests: readonly (readonly number[])[]): number[] {
  const sums = Array.from({ length: lanes }, () => 0);
  for (const digest of digests) {
    digest.forEach((value, lane) => (sums[lane] = ((sums[lane] ?? 0) + value) >>> 0));
  }
  return sums;
}

/** One short text per change, for telling planned ones from others. */
export function digestText(digest: readonly number[]): string {
  return digest.map((value) => value.toString(16).padStart(8, '0')).join('');
}

/** What a person confirms: the plan and what it was asked about. 16 hex digits. */
export async function planHashOf(sums: readonly number[], scope: SyncScope): Promise<string> {
  const { only = '', emailDomain = '', ids = [] } = scope;
  const about = JSON.stringify([only, emailDomain, [...ids].sort()]);
  const full = [...sums, ...Array.from({ length: lanes }, () => 0)].slice(0, lanes);
  return (await sha256Hex(`${digestText(full)} ${about}`)).slice(0, 16);
}
