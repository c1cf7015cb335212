import type { Ts } from '../engine/contract';

/** The wire form of a timestamp: base64 of its eight bytes, least significant first. */
export function encodeTs(ts: Ts): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ts);
  return bytes.toString('base64');
}

/** `undefined` when the text is not a timestamp. */
export function decodeTs(text: string): Ts | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 8 ? bytes.readBigUInt64LE() : undefined;
}
