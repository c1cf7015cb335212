import { request as httpRequest, type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { ConvexError } from 'convex/values';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Json } from '../engine/contract';
import { FakeConvexError, type FakeFunction } from './testing/fake-engine';
import { startFakeConvex, type FakeConvex } from './testing/start-fake';

const functions: Record<string, FakeFunction> = {
  'kv:get': { kind: 'query', handler: ({ get }, { key }) => get(key) },
  'echo:args': { kind: 'query', handler: (_ctx, args) => args },
  'echo:log': {
    kind: 'query',
    handler: ({ log }) => {
      log('hello');
      return null;
    },
  },
  'deep/er:set': {
    kind: 'mutation',
    handler: ({ set }, args) => {
      set('x', args.x ?? null);
      return args.x ?? null;
    },
  },
  'act:fail': {
    kind: 'action',
    handler: () => {
      throw new FakeConvexError({ code: 'NO', n: { $integer: 'BQAAAAAAAAA=' } });
    },
  },
  'internal:only': {
    kind: 'mutation',
    isInternal: true,
    handler: ({ user }) => user?.subject ?? 'admin',
  },
};

let convex: FakeConvex;
beforeEach(async () => {
  convex = await startFakeConvex(functions);
});
afterEach(() => convex.close());

const admin = () => ({ authorization: `Convex ${convex.adminKey}` });
const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`${convex.url}${path}`, { method: 'POST', body, headers });
const call = (path: string, body: Json, headers: Record<string, string> = {}) =>
  post(path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });

/** For what fetch does not let a test say. */
function rawRequest(
  url: string,
  options: {
    method?: string;
    path?: string;
    headers?: Record<string, string | string[]>;
    body?: Buffer;
  },
) {
  return new Promise<{ response: IncomingMessage; body: Buffer }>((resolve, reject) => {
    const request = httpRequest(url, {
      method: options.method ?? 'GET',
      ...(options.path !== undefined && { path: options.path }),
      headers: options.headers ?? {},
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ response, body: Buffer.concat(chunks) }));
    });
    request.end(options.body);
  });
}

describe('function endpoints', () => {
  it('answer the official client, with values that JSON lacks', async () => {
    const client = new ConvexHttpClient(convex.url, { logger: false });
    const args = { n: 5n, bytes: new Uint8Array([1, 2]).buffer, nan: Number.NaN, list: [null, -0] };
    expect(await client.query(makeFunctionReference<'query'>('echo:args'), args)).toEqual(args);
    expect(await client.mutation(makeFunctionReference<'mutation'>('deep/er:set'), { x: 1 })).toBe(
      1,
    );
    const failure = client.action(makeFunctionReference<'action'>('act:fail'), {});
    await expect(failure).rejects.toThrow(ConvexError);
    await expect(failure).rejects.toMatchObject({ data: { code: 'NO', n: 5n } });
    expect(
      await client.consistentQuery(makeFunctionReference<'query'>('echo:args'), { a: 1 }),
    ).toEqual({ a: 1 });
  });

  it('answer a consistent query as of its timestamp, or say that the data has moved on', async () => {
    const { ts } = (await (await call('/api/query_ts', {})).json()) as { ts: string };
    const ask = async (key: string) => {
      const body = { path: 'kv:get', args: { key }, format: 'json', ts };
      const response = await call('/api/query_at_ts', body);
      return [response.status, await response.json()];
    };
    convex.engine.put({ other: 1 });
    expect(await ask('mine')).toMatchObject([200, { value: null }]);
    convex.engine.put({ mine: 1 });
    expect(await ask('mine')).toMatchObject([400, { code: 'SnapshotTooOld' }]);
    expect((await call('/api/query_at_ts', { path: 'kv:get', args: {}, ts: 'x' })).status).toBe(
      400,
    );
  });

  it('answer with format "json" in plain JSON', async () => {
    const args = {
      n: { $integer: 'BQAAAAAAAAA=' },
      f: { $float: 'AAAAAAAA8H8=' },
      b: { $bytes: 'AQI=' },
    };
    const response = await call('/api/query', { path: 'echo:args', format: 'json', args });
    expect(await response.json()).toEqual({
      status: 'success',
      value: { n: '5', f: 'Infinity', b: 'AQI=' },
      logLines: [],
    });
  });

  it('answer a failed function with 560, its data and log lines', async () => {
    const response = await call('/api/action', {
      path: 'act:fail',
      format: 'convex_encoded_json',
      args: [{}],
    });
    expect(response.status).toBe(560);
    expect(await response.json()).toMatchObject({
      status: 'error',
      errorData: { code: 'NO' },
      logLines: [],
    });
    const logged = await call('/api/query', { path: 'echo:log', args: {} });
    expect(await logged.json()).toMatchObject({ logLines: ["[LOG] 'hello'"] });
  });

  it('run by path in the address', async () => {
    const response = await call('/api/run/deep/er/set', { args: { x: 3 }, format: 'json' });
    expect(await response.json()).toMatchObject({ status: 'success', value: 3 });
  });

  it('let the admin key call internal functions, also as somebody; nobody else', async () => {
    const body = { path: 'internal:only', args: {}, format: 'json' };
    expect((await call('/api/function', body)).status).toBe(560);
    expect(await (await call('/api/function', body, admin())).json()).toMatchObject({
      value: 'admin',
    });
    const client = new ConvexHttpClient(convex.url, { logger: false });
    (client as unknown as { setAdminAuth(key: string, as: object): void }).setAdminAuth(
      convex.adminKey,
      {
        issuer: 'https://i',
        subject: 'zoë',
      },
    );
    expect(await client.mutation(makeFunctionReference<'mutation'>('internal:only'), {})).toBe(
      'zoë',
    );
  });

  it('let only an admin name a component', async () => {
    const body = { path: 'echo:args', args: {}, componentPath: 'limiter' };
    expect(await (await call('/api/query', body)).json()).toMatchObject({
      errorMessage: expect.stringContaining('only an admin'),
    });
    expect((await call('/api/query', body, admin())).status).toBe(200);
  });

  it.each<[string, Json | string, number, RegExp]>([
    ['no JSON', 'nope', 400, /not JSON/],
    ['a list', [], 400, /must be a JSON object/],
    ['no path', { args: {} }, 400, /"path"/],
    ['no args', { path: 'echo:args' }, 400, /"args"/],
    ['two args', { path: 'echo:args', args: [{}, {}] }, 400, /exactly one/],
    ['another format', { path: 'echo:args', args: {}, format: 'xml' }, 400, /"format"/],
  ])('refuse %s with a message that names it', async (_name, body, status, message) => {
    const response = await post(
      '/api/query',
      typeof body === 'string' ? body : JSON.stringify(body),
    );
    expect(response.status).toBe(status);
    expect(((await response.json()) as { message: string }).message).toMatch(message);
  });

  it('refuse bodies above 20 MiB with 413, announced or not', async () => {
    const large = 'x'.repeat(20 * 1024 * 1024 + 1);
    expect((await post('/api/query', large)).status).toBe(413);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(large));
        controller.close();
      },
    });
    const options = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    expect((await fetch(`${convex.url}/api/query`, options)).status).toBe(413);
  });

  it('answer 401 to a bad token and 403 to a bad admin key, coded', async () => {
    const body = { path: 'echo:args', args: {} };
    const bad = await call('/api/query', body, { authorization: 'Bearer a.b.c' });
    expect([bad.status, await bad.json()]).toMatchObject([401, { code: 'InvalidAuthHeader' }]);
    const key = await call('/api/query', body, { authorization: 'Convex x|00' });
    expect([key.status, await key.json()]).toMatchObject([403, { code: 'BadAdminKey' }]);
    const scheme = await call('/api/query', body, { authorization: 'Basic abc' });
    expect(scheme.status).toBe(401);
  });

  it('hide what went wrong inside the runtime, but give an id', async () => {
    const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    convex.engine.runQuery = () => Promise.reject(new Error('secret detail'));
    const response = await call('/api/query', { path: 'echo:args', args: {} });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toMatch(/Request ID: [0-9a-f]{16}/);
    expect(text).not.toContain('secret detail');
    expect(log.mock.calls.join()).toContain('secret detail');
    log.mockRestore();
  });

  it('may be called from any origin', async () => {
    const preflight = await fetch(`${convex.url}/api/query`, {
      method: 'OPTIONS',
      headers: {
        'access-control-request-headers': 'authorization,convex-client',
        origin: 'http://localhost:3000',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      'authorization,convex-client',
    );
    expect(
      (await call('/api/query', { path: 'x', args: {} })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBe('*');
  });
});

describe('host check', () => {
  it.each(['evil.example', 'localhost.evil.example:3210', '127.0.0.2'])(
    'refuses Host "%s"',
    async (host) => {
      for (const base of [convex.url, convex.siteUrl]) {
        const { response } = await rawRequest(`${base}/version`, { headers: { host } });
        expect(response.statusCode).toBe(403);
      }
    },
  );

  it.each(['localhost', 'localhost:3210', '127.0.0.1:1', '[::1]:3210', 'LOCALHOST'])(
    'allows Host "%s"',
    async (host) => {
      const { response } = await rawRequest(`${convex.url}/version`, { headers: { host } });
      expect(response.statusCode).toBe(200);
    },
  );
});

describe('HTTP actions', () => {
  it('get the body byte for byte and duplicate headers joined, on both addresses', async () => {
    const seen: { url: string; body: Buffer; tags: string | null }[] = [];
    convex.engine.httpAction = async (request) => {
      seen.push({
        url: request.url,
        body: Buffer.from(await request.arrayBuffer()),
        tags: request.headers.get('x-tag'),
      });
      return new Response(null, { status: 204 });
    };
    const body = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
    for (const address of [`${convex.siteUrl}//hook?a=%20b`, `${convex.url}/http//hook?a=%20b`]) {
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
    convex.engine.httpAction = () => {
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
    const response = await fetch(`${convex.siteUrl}/stream`);
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
    convex.engine.httpAction = (_request, user) => Response.json({ user });
    for (const authorization of ['Bearer api-key', 'Basic abc', admin().authorization]) {
      const response = await fetch(`${convex.siteUrl}/x`, { headers: { authorization } });
      expect(await response.json()).toEqual({ user: null });
    }
  });

  it('answer 413 above 20 MiB and HEAD without a body', async () => {
    convex.engine.httpAction = () => new Response('text', { headers: { 'x-head': 'y' } });
    const large = await fetch(`${convex.siteUrl}/x`, {
      method: 'POST',
      body: Buffer.alloc(20 * 1024 * 1024 + 1),
    });
    expect(large.status).toBe(413);
    const head = await fetch(`${convex.siteUrl}/x`, { method: 'HEAD' });
    expect([head.headers.get('x-head'), await head.text()]).toEqual(['y', '']);
  });

  it('say so when the app has no HTTP router', async () => {
    convex.engine.runHttpAction = (async () =>
      null) as unknown as typeof convex.engine.runHttpAction;
    const response = await fetch(`${convex.siteUrl}/x`);
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining('HTTP actions'),
    ]);
  });
});

describe('deploy endpoints', () => {
  it('take brotli and hand the body on; the admin key is required', async () => {
    const body = new Uint8Array(await promisify(brotliCompress)(JSON.stringify({ dryRun: true })));
    const headers = { 'content-encoding': 'br' };
    expect((await post('/api/deploy2/start_push', body, headers)).status).toBe(403);
    const response = await post('/api/deploy2/start_push', body, { ...headers, ...admin() });
    expect(await response.json()).toEqual({ answered: 'startPush' });
    expect(convex.deploy.received).toEqual([['startPush', { dryRun: true }]]);
  });

  it("answer the developer's mistakes with 400, so that the CLI does not repeat them", async () => {
    convex.deploy.failure = Object.assign(new Error('The schema is wrong'), {
      name: 'PushError',
      code: 'InvalidSchema',
    });
    const response = await call('/api/deploy2/finish_push', {}, admin());
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: 'InvalidSchema', message: 'The schema is wrong' },
    ]);
  });

  it.each(['not brotli'])('refuse a damaged body: %s', async (text) => {
    const response = await post('/api/deploy2/start_push', text, {
      'content-encoding': 'br',
      ...admin(),
    });
    expect(response.status).toBe(400);
  });

  it('name their own addresses and instance', async () => {
    const urls = await fetch(`${convex.url}/api/v1/get_canonical_urls`, { headers: admin() });
    expect(await urls.json()).toEqual({
      convexCloudUrl: convex.url,
      convexSiteUrl: convex.siteUrl,
    });
    expect(await (await fetch(`${convex.url}/instance_name`)).text()).toBe(convex.instanceName);
  });

  it.each(['/api/run/%E0%A4%A', '//', '/api/run/'])(
    'survive a malformed address: %s',
    async (path) => {
      const { response } = await rawRequest(convex.url, {
        path,
        method: 'POST',
        body: Buffer.from('{}'),
      });
      expect(response.statusCode).toBeGreaterThanOrEqual(400);
      expect(response.statusCode).toBeLessThan(500);
    },
  );

  it('refuse by name what the runtime lacks, and unknown addresses', async () => {
    const imported = await call('/api/import/start_upload', {}, admin());
    expect([imported.status, await imported.text()]).toEqual([
      400,
      expect.stringContaining('/api/import/start_upload'),
    ]);
    const unknown = await call('/api/unheard_of', {});
    expect([unknown.status, await unknown.text()]).toEqual([
      404,
      expect.stringContaining('/api/unheard_of'),
    ]);
    expect((await fetch(`${convex.url}/api/query`)).status).toBe(405);
  });
});

describe('environment variables', () => {
  it('are listed, set and removed by the admin only', async () => {
    const changes = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    expect((await call('/api/v1/update_environment_variables', { changes })).status).toBe(403);
    expect((await call('/api/v1/update_environment_variables', { changes }, admin())).status).toBe(
      200,
    );
    expect(
      (
        await call(
          '/api/update_environment_variables',
          { changes: [{ name: 'B', value: null }] },
          admin(),
        )
      ).status,
    ).toBe(200);
    const list = await fetch(`${convex.url}/api/v1/list_environment_variables`, {
      headers: admin(),
    });
    expect(await list.json()).toEqual({ environmentVariables: { A: '1' } });
    expect((await fetch(`${convex.url}/api/v1/list_environment_variables`)).status).toBe(403);
  });

  it.each([
    [{ changes: 'x' }],
    [{ changes: [{ value: 'x' }] }],
    [{ changes: [{ name: '1x', value: 'x' }] }],
    [{ changes: [{ name: 'x', value: 5 }] }],
  ])('are not changed by a malformed request: %j', async (body) => {
    expect((await call('/api/v1/update_environment_variables', body, admin())).status).toBe(400);
    expect(convex.engine.env.list()).toEqual([]);
  });
});

describe('function logs', () => {
  it('stream lines and outcomes from a cursor on, waiting for the next', async () => {
    const read = async (cursor: number) => {
      const response = await fetch(`${convex.url}/api/stream_function_logs?cursor=${cursor}`, {
        headers: admin(),
      });
      return (await response.json()) as { entries: Record<string, unknown>[]; newCursor: number };
    };
    const first = await read(0);
    expect(first.entries).toEqual([]);
    const waiting = read(first.newCursor);
    await call('/api/query', { path: 'echo:log', args: {} });
    const second = await waiting;
    expect(second.entries[0]).toMatchObject({
      kind: 'Progress',
      logLines: [{ level: 'LOG', messages: ["'hello'"] }],
      udfType: 'Query',
      identifier: 'echo:log',
    });
    await call('/api/action', { path: 'act:fail', args: {} });
    const third = await read(second.newCursor);
    expect(third.entries.at(-1)).toMatchObject({
      kind: 'Completion',
      udfType: 'Action',
      error: expect.stringContaining('Uncaught'),
    });
  });
});
