import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The part of `crypto.subtle` that queries and mutations may use: what is deterministic. It is
 * computed at once, since a transaction never waits for anything outside.
 */

export const hashNames: Record<string, string> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

interface HmacKey {
  readonly type: 'secret';
  readonly extractable: boolean;
  readonly algorithm: { name: 'HMAC'; hash: { name: string } };
  readonly usages: readonly string[];
}

const keyBytes = new WeakMap<HmacKey, Uint8Array>();

/** Runs one operation of `crypto.subtle` with the arguments the function passed. */
export function transactionSubtle(name: string, args: unknown[]): unknown {
  switch (name) {
    case 'digest':
      return toArrayBuffer(createHash(hashName(args[0])).update(bytesOf(args[1])).digest());
    case 'importKey':
      return importKey(args);
    case 'exportKey':
      return exportKey(args);
    case 'sign':
      return toArrayBuffer(hmac(args[1], args[2]));
    case 'verify': {
      const expected = hmac(args[1], args[3]);
      const given = bytesOf(args[2]);
      return expected.length === given.length && timingSafeEqual(expected, given);
    }
    default:
      throw new Error(`crypto.subtle.${name}() is not available in queries and mutations.`);
  }
}

function importKey([format, data, algorithm, extractable, usages]: unknown[]): HmacKey {
  const name = algorithmName(algorithm);
  if (format !== 'raw' || name !== 'HMAC') {
    throw new Error(
      `crypto.subtle.importKey() takes raw HMAC keys only in queries and mutations (got ${String(format)}, ${name}). ` +
        'Move other keys to an action.',
    );
  }
  const hash = (algorithm as { hash?: unknown }).hash;
  const key: HmacKey = {
    type: 'secret',
    extractable: extractable === true,
    algorithm: { name: 'HMAC', hash: { name: algorithmName(hash) } },
    usages: Array.isArray(usages) ? usages.map(String) : [],
  };
  hashName(hash);
  keyBytes.set(key, Uint8Array.from(bytesOf(data)));
  return key;
}

function exportKey([format, key]: unknown[]): ArrayBuffer {
  const bytes = keyBytes.get(key as HmacKey);
  if (format !== 'raw' || !bytes || !(key as HmacKey).extractable) {
    throw new Error('crypto.subtle.exportKey(): this key cannot be exported here.');
  }
  return toArrayBuffer(bytes);
}

function hmac(key: unknown, data: unknown): Buffer {
  const bytes = keyBytes.get(key as HmacKey);
  if (!bytes)
    throw new Error('This key was not made by crypto.subtle.importKey() of this function.');
  return createHmac(hashName((key as HmacKey).algorithm.hash), bytes)
    .update(bytesOf(data))
    .digest();
}

function algorithmName(algorithm: unknown): string {
  if (typeof algorithm === 'string') return algorithm.toUpperCase();
  if (typeof algorithm === 'object' && algorithm !== null && 'name' in algorithm) {
    return String(algorithm.name).toUpperCase();
  }
  throw new Error('An algorithm of crypto.subtle must be a name or have one.');
}

function hashName(algorithm: unknown): string {
  const name = algorithmName(algorithm);
  const hash = hashNames[name];
  if (!hash) throw new Error(`Unknown hash ${name}; use ${Object.keys(hashNames).join(', ')}.`);
  return hash;
}

function bytesOf(data: unknown): Uint8Array {
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new Error('crypto.subtle takes an ArrayBuffer or a typed array.');
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
