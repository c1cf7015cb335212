import { describe, expect, it } from 'vitest';
import { createReachability } from './clerk-reachability';

describe('whether Clerk can be reached', () => {
  it('asks again after a failure, and not for a while after a success', async () => {
    let nowMs = 0;
    const answers = [false, true, false];
    let asked = 0;
    const isReachable = createReachability({
      now: () => nowMs,
      fetch: async () => {
        if (!answers[asked++]) throw new TypeError('fetch failed');
        return new Response(null, { status: 404 });
      },
    });
    expect(await isReachable('http://clerk.test')).toBe(false);
    expect(await isReachable('http://clerk.test')).toBe(true);
    nowMs = 29_999;
    expect(await isReachable('http://clerk.test')).toBe(true);
    expect(asked).toBe(2);
    nowMs = 30_000;
    expect(await isReachable('http://clerk.test')).toBe(false);
  });
});
