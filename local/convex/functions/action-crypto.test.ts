import { describe, expect, it } from 'vitest';
import { actionCrypto } from './action-crypto';

const hex = (bytes: ArrayBuffer) => Buffer.from(bytes).toString('hex');

describe('crypto of actions', () => {
  it.each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])(
    '%s: as Node has it, of any length',
    async (name) => {
      for (const length of [0, 1, 1_000, 65_536, 65_537, 200_000]) {
        const data = new Uint8Array(length).map((_, i) => i % 251);
        const expected = hex(await crypto.subtle.digest(name, data));
        expect(hex(await actionCrypto.subtle.digest(name, data))).toBe(expected);
        expect(hex(await actionCrypto.subtle.digest({ name }, data.buffer))).toBe(expected);
      }
    },
  );

  it('takes a view as the bytes that it shows, and gives a buffer of its own', async () => {
    const view = new DataView(new TextEncoder().encode('xxabcxx').buffer, 2, 3);
    const digest = await actionCrypto.subtle.digest('SHA-256', view);
    expect(hex(digest)).toBe(
      hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc'))),
    );
    expect(digest.byteLength).toBe(32);
  });

  it('refuses what Node refuses, as a rejection', async () => {
    const bytes = new Uint8Array(3);
    await expect(actionCrypto.subtle.digest('MD5', bytes)).rejects.toThrow(/Unrecognized/);
    // What a caller without types may pass.
    await expect(actionCrypto.subtle.digest('SHA-256', 'text' as never)).rejects.toThrow(TypeError);
    await expect(actionCrypto.subtle.digest(undefined as never, bytes)).rejects.toThrow(
      /Unrecognized/,
    );
  });

  it('is Node’s in all else', async () => {
    expect(actionCrypto.randomUUID()).toMatch(/^[0-9a-f-]{36}$/);
    expect(actionCrypto.getRandomValues(new Uint8Array(8))).toHaveLength(8);
    const key = await actionCrypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, [
      'sign',
    ]);
    expect((await actionCrypto.subtle.sign('HMAC', key, new Uint8Array(3))).byteLength).toBe(32);
  });
});
