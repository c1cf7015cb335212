import { describe, expect, it } from 'vitest';
import { rawRequest } from './testing/raw-request';
import { useFakeConvex } from './testing/use-fake-convex';

const { convex, admin } = useFakeConvex();

describe('host check', () => {
  it.each(['evil.example', 'localhost.evil.example:3210', '127.0.0.2'])(
    'refuses Host "%s"',
    async (host) => {
      for (const base of [convex().url, convex().siteUrl]) {
        const { response } = await rawRequest(`${base}/version`, { headers: { host } });
        expect(response.statusCode).toBe(403);
      }
    },
  );

  it.each(['localhost', 'localhost:3210', '127.0.0.1:1', '[::1]:3210', 'LOCALHOST'])(
    'allows Host "%s"',
    async (host) => {
      const { response } = await rawRequest(`${convex().url}/version`, { headers: { host } });
      expect(response.statusCode).toBe(200);
    },
  );
});

describe('HTTP actions', () => {
  it('get the body byte for byte and duplicate headers joined, on both addresses', async () => {
    const seen: { url: string; body: Buffer; tags: string | null }[] = [];
    convex().engine.httpAction = async (request) => {
      seen.push({
        url: request.url,
        body: Buffer.from(await request.arrayBuffer()),
        tags: request.headers.get('x-tag'),
      });
      return new Response(null, { status: 204 });
    };
    const body = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
    for (const address of [
      `${convex().siteUrl}//hook?a=%20b`,
      `${convex().url}/http//hook?a=%20b`,
    ]) {
      const { response } = await rawRequest(address, {
        method: 'POST',
        headers: { 'x-tag': ['1', '2'] },
        body,
      });
      expect(response.statusCode).toBe(204);
    }
    for (const { url, body: received, tags } of seen) {
      expect(new URL(url).pathname + new URL(url).search).toBe('//hook?a=%20b');
      expect(received.equals(body)).toBe(true);
      expect(tags).toBe('1, 2');
    }
    expect(seen).toHaveLength(2);
  });

  it('stream their answer, with all headers and several cookies', async () => {
    let push: (text: string) => void = () => undefined;
    let end: () => void = () => undefined;
    convex().engine.httpAction = () => {
      const body = new ReadableStream({
        start(controller) {
          push = (text) => controller.enqueue(new TextEncoder().encode(text));
          end = () => controller.close();
        },
      });
      const headers = new Headers({ 'x-a': '1', 'content-type': 'text/plain' });
      headers.append('set-cookie', 'a=1');
      headers.append('set-cookie', 'b=2');
      return new Response(body, { status: 201, headers });
    };
    const response = await fetch(`${convex().siteUrl}/stream`);
    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('x-a')).toBe('1');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    push('first');
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('first');
    push('second');
    end();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('second');
  });

  it('see nobody for keys and tokens that are not ours, and never the admin', async () => {
    convex().engine.httpAction = (_request, user) => Response.json({ user });
    for (const authorization of ['Bearer api-key', 'Basic abc', admin().authorization]) {
      const response = await fetch(`${convex().siteUrl}/x`, { headers: { authorization } });
      expect(await response.json()).toEqual({ user: null });
    }
  });

  it('answer 413 above 20 MiB and HEAD without a body', async () => {
    convex().engine.httpAction = () => new Response('text', { headers: { 'x-head': 'y' } });
    const large = await fetch(`${convex().siteUrl}/x`, {
      method: 'POST',
      body: Buffer.alloc(20 * 1024 * 1024 + 1),
    });
    expect(large.status).toBe(413);
    const head = await fetch(`${convex().siteUrl}/x`, { method: 'HEAD' });
    expect([head.headers.get('x-head'), await head.text()]).toEqual(['y', '']);
  });

  it('say so when the app has no HTTP router', async () => {
    convex().engine.runHttpAction = async () => null;
    const response = await fetch(`${convex().siteUrl}/x`);
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining('HTTP actions'),
    ]);
  });
});
