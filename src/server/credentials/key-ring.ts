/** One key of `CREDENTIALS_ENCRYPTION_KEY`. */
export interface RingKey {
  /** First half of a SHA-256 over the key, in base64url: names the key, tells nothing about it. */
  id: string;
  key: CryptoKey;
}

/** The first key seals, every key opens: that is how keys are rotated. */
export type KeyRing = readonly [RingKey, ...RingKey[]];

const keyBytes = 32;
const idBytes = 9;

/**
 * The keys of the setting, separated by blanks or commas: each 32 bytes in base64, base64url or hex.
 * Undefined when one of them is anything else. Throws nothing and repeats nothing.
 */
export function parseKeys(setting: string): Uint8Array<ArrayBuffer>[] | undefined {
  const parts = setting.split(/[\s,]+/).filter((part) => part !== '');
  const keys = parts.map(parseKey).filter((key) => key !== undefined);
  return keys.length === parts.length && keys.length > 0 ? keys : undefined;
}

function parseKey(text: string): Uint8Array<ArrayBuffer> | undefined {
  const isHex = /^[0-9a-f]{64}$/i.test(text);
  if (!isHex && !/^[\w+/-]{43}=?$/.test(text)) return undefined;
  const bytes = Buffer.from(text, isHex ? 'hex' : 'base64');
  return bytes.length === keyBytes ? Uint8Array.from(bytes) : undefined;
}

/** Makes the ring of a setting that `parseKeys` takes. */
export async function keyRing(keys: readonly Uint8Array<ArrayBuffer>[]): Promise<KeyRing> {
  const [first, ...others] = await Promise.all(keys.map(ringKey));
  if (first === undefined) throw new Error('a key ring has at least one key');
  return [first, ...others];
}

async function ringKey(bytes: Uint8Array<ArrayBuffer>): Promise<RingKey> {
  const label = new TextEncoder().encode('rollcall credential key id\n');
  const digest = await crypto.subtle.digest('SHA-256', Buffer.concat([label, bytes]));
  return {
    id: Buffer.from(digest).subarray(0, idBytes).toString('base64url'),
    key: await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']),
  };
}
