import { canonicalJson } from './canonicalJson';
import type { AuditFacts, AuditSource } from './validators';

/** What an entry says, without its place in the chain. */
export interface AuditContent {
  at: number;
  action: string;
  actor: string;
  source: AuditSource;
  target: string;
  before?: AuditFacts;
  after?: AuditFacts;
  alarm: boolean;
  correlationId: string;
}

export interface ChainedEntry extends AuditContent {
  seq: number;
  previousHash: string;
  hash: string;
}

/** Where the chain stands: before the first entry, seq 0 and the genesis hash. */
export interface ChainHead {
  seq: number;
  hash: string;
}

export const genesis: ChainHead = { seq: 0, hash: '0'.repeat(64) };

export type ChainVerdict =
  | { ok: true; head: ChainHead }
  | { ok: false; seq: number; problem: 'gap' | 'brokenLink' | 'edited' };

/** Makes the entry that follows `head`. */
export async function chainEntry(head: ChainHead, content: AuditContent): Promise<ChainedEntry> {
  const unsealed = { ...pickContent(content), seq: head.seq + 1, previousHash: head.hash };
  return { ...unsealed, hash: await sha256Hex(canonicalJson(unsealed)) };
}

/**
 * Checks entries that should follow `head`, in order. Dropping, editing or reordering any of them
 * is found at the first entry that does not fit; cutting the end off is found by comparing the
 * returned head with the recorded one.
 */
export async function verifyChain(
  head: ChainHead,
  entries: readonly ChainedEntry[],
): Promise<ChainVerdict> {
  let at = head;
  for (const entry of entries) {
    if (entry.seq !== at.seq + 1) return { ok: false, seq: at.seq + 1, problem: 'gap' };
    if (entry.previousHash !== at.hash) return { ok: false, seq: entry.seq, problem: 'brokenLink' };
    const expected = await chainEntry(at, entry);
    if (expected.hash !== entry.hash) return { ok: false, seq: entry.seq, problem: 'edited' };
    at = { seq: entry.seq, hash: entry.hash };
  }
  return { ok: true, head: at };
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex of the SHA-256 of a text's UTF-8 bytes. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  let hex = '';
  for (const byte of new Uint8Array(digest)) hex += hexOfByte[byte];
  return hex;
}

function pickContent(entry: AuditContent): AuditContent {
  const { at, action, actor, source, target, before, after, alarm, correlationId } = entry;
  return { at, action, actor, source, target, before, after, alarm, correlationId };
}
