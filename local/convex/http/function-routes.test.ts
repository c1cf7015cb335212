import { describe, expect, it, vi } from 'vitest';
import type { Json } from '../engine/contract';
import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { ConvexError } from 'convex/values';
import { FakeConvexError, type FakeFunction } from './testing/fake-engine';
import { useFakeConvex } from './testing/use-fake-convex';

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

const { convex, post, call, admin } = useFakeConvex(functions);

describe('function endpoints', () => {
  it('answer the official client, with values that JSON lacks', async () => {
    const client = new ConvexHttpClient(convex().url, { logger: false });
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
    convex().engine.put({ other: 1 });
    expect(await ask('mine')).toMatchObject([200, { value: null }]);
    convex().engine.put({ mine: 1 });
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
    const client = new ConvexHttpClient(convex().url, { logger: false });
    (client as unknown as { setAdminAuth(key: string, as: object): void }).setAdminAuth(
      convex().adminKey,
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
    expect((await fetch(`${convex().url}/api/query`, options)).status).toBe(413);
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
    convex().engine.runQuery = () => Promise.reject(new Error('secret detail'));
    const response = await call('/api/query', { path: 'echo:args', args: {} });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toMatch(/Request ID: [0-9a-f]{16}/);
    expect(text).not.toContain('secret detail');
    expect(log.mock.calls.join()).toContain('secret detail');
    log.mockRestore();
  });

  it('may be called from any origin', async () => {
    const preflight = await fetch(`${convex().url}/api/query`, {
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
