import { createHash } from 'node:crypto';
import { hashNames } from './transaction-crypto';

/** Larger ones may hold up others: those are for Node's threads. */
const atOnceBytesMax = 65_536;

/**
 * Node's `crypto` for actions, with short digests made at once: the way to a thread and back takes
 * several times as long as the hash of a webhook.
 */
export const actionCrypto: Crypto = overriding(crypto, {
  subtle: overriding(crypto.subtle, { digest }),
});

async function digest(algorithm: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer> {
  const hash = hashNames[String(typeof algorithm === 'string' ? algorithm : algorithm?.name)];
  const isBytes = ArrayBuffer.isView(data) || data instanceof ArrayBuffer;
  // Whatever is unusual, wrong input too, is Node's to answer.
  if (hash === undefined || !isBytes || data.byteLength > atOnceBytesMax) {
    return await crypto.subtle.digest(algorithm, data);
  }
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  const { buffer, byteOffset, byteLength } = createHash(hash).update(bytes).digest();
  // A Buffer may be part of a pool that others see.
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

/** The object with some of its members replaced; its own methods insist on their own `this`. */
function overriding<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get: (_, key) => {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
