import { describe, expect, it } from 'vitest';
import { expiryMarginMs, TokenCache, tokenExpiryMs } from './token-cache';

function jwt(expS: number, extra = ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ exp: expS, extra })}.signature`;
}

function world(lifetimeS = 60) {
  let nowMs = 1_700_000_000_000;
  const minted: string[] = [];
  const cache = new TokenCache({
    now: () => nowMs,
    sessionsMax: 2,
    mint: async (sessionId) => {
      minted.push(sessionId);
      return jwt(nowMs / 1000 + lifetimeS, String(minted.length));
    },
  });
  return { cache, minted, advance: (ms: number) => (nowMs += ms) };
}

describe('the cache of Convex tokens', () => {
  it('asks Clerk once per session while the token lives', async () => {
    const { cache, minted, advance } = world();
    const first = await cache.get('sess_a');
    advance(60_000 - expiryMarginMs - 1);
    expect(await cache.get('sess_a')).toBe(first);
    expect(minted).toEqual(['sess_a']);
  });

  it('never hands out a token that could expire under way', async () => {
    const { cache, minted, advance } = world();
    const first = await cache.get('sess_a');
    advance(60_000 - expiryMarginMs);
    expect(await cache.get('sess_a')).not.toBe(first);
    expect(minted).toHaveLength(2);
  });

  it('never gives one session the token of another', async () => {
    const { cache, minted } = world();
    const [a, b] = await Promise.all([cache.get('sess_a'), cache.get('sess_b')]);
    expect(a).not.toBe(b);
    expect(minted).toEqual(['sess_a', 'sess_b']);
  });

  it('shares one request between those who ask at the same time', async () => {
    const { cache, minted } = world();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => cache.get('sess_a')));
    expect(new Set(tokens).size).toBe(1);
    expect(minted).toHaveLength(1);
  });

  it('does not remember a failure', async () => {
    let attempts = 0;
    const cache = new TokenCache({
      mint: async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('Clerk is away');
        return jwt(Date.now() / 1000 + 60);
      },
    });
    await expect(cache.get('sess_a')).rejects.toThrow('Clerk is away');
    await expect(cache.get('sess_a')).resolves.toContain('.');
  });

  it('keeps a bounded number of sessions, the least recently used one goes', async () => {
    const { cache, minted } = world();
    await cache.get('sess_a');
    await cache.get('sess_b');
    await cache.get('sess_a');
    await cache.get('sess_c');
    expect(cache.size).toBe(2);
    await cache.get('sess_a');
    expect(minted).toEqual(['sess_a', 'sess_b', 'sess_c']);
    await cache.get('sess_b');
    expect(minted).toEqual(['sess_a', 'sess_b', 'sess_c', 'sess_b']);
  });

  it('takes a token without a readable expiry for expired', () => {
    expect(tokenExpiryMs('opaque')).toBe(0);
    expect(tokenExpiryMs('a.%%%.c')).toBe(0);
    expect(tokenExpiryMs(jwt(12))).toBe(12_000);
  });
});
