import { describe, expect, it } from 'vitest';
import { cappedBody } from './capped-body';

/** A body in chunks, which names no length; says how much of it was asked for. */
function chunked(chunkBytes: number, chunks: number) {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulled >= chunks) return controller.close();
      pulled += 1;
      controller.enqueue(new Uint8Array(chunkBytes));
    },
    cancel() {
      cancelled = true;
    },
  });
  const init = { method: 'POST', body, duplex: 'half' };
  return {
    request: new Request('http://rollcall.test/', init as RequestInit),
    pulled: () => pulled,
    cancelled: () => cancelled,
  };
}

describe('bodies without a length', () => {
  it('takes one that is exactly as large as allowed', async () => {
    const body = await cappedBody(chunked(10, 10).request, 100);
    expect(body).toHaveLength(100);
  });

  it('stops reading one that is larger instead of holding it in memory', async () => {
    const sent = chunked(10, 1_000_000);
    expect(await cappedBody(sent.request, 100)).toBe('tooLarge');
    expect(sent.pulled()).toBeLessThan(20);
    expect(sent.cancelled()).toBe(true);
  });

  it('keeps the bytes as they came', async () => {
    const request = new Request('http://rollcall.test/', { method: 'POST', body: 'grüß' });
    expect(Buffer.from((await cappedBody(request, 100)) as Uint8Array).toString()).toBe('grüß');
  });

  it('finds none where there is none', async () => {
    expect(await cappedBody(new Request('http://rollcall.test/'), 100)).toBeUndefined();
  });
});
