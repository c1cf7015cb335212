import { describe, expect, it } from 'vitest';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { FakeConvexError, type FakeFunction } from './testing/fake-engine';
import { rawRequest } from './testing/raw-request';
import { useFakeConvex } from './testing/use-fake-convex';

const functions: Record<string, FakeFunction> = {
  'echo:log': {
    kind: 'query',
    handler: ({ log }) => {
      log('hello');
      return null;
    },
  },
  'act:fail': {
    kind: 'action',
    handler: () => {
      throw new FakeConvexError({ code: 'NO', n: { $integer: 'BQAAAAAAAAA=' } });
    },
  },
};

const { convex, post, call, admin } = useFakeConvex(functions);

describe('deploy endpoints', () => {
  it('take brotli and hand the body on; the admin key is required', async () => {
    const body = new Uint8Array(await promisify(brotliCompress)(JSON.stringify({ dryRun: true })));
    const headers = { 'content-encoding': 'br' };
    expect((await post('/api/deploy2/start_push', body, headers)).status).toBe(403);
    const response = await post('/api/deploy2/start_push', body, { ...headers, ...admin() });
    expect(await response.json()).toEqual({ answered: 'startPush' });
    expect(convex().deploy.received).toEqual([['startPush', { dryRun: true }]]);
  });

  it("answer the developer's mistakes with 400, so that the CLI does not repeat them", async () => {
    convex().deploy.failure = Object.assign(new Error('The schema is wrong'), {
      name: 'PushError',
      code: 'InvalidSchema',
    });
    const response = await call('/api/deploy2/finish_push', {}, admin());
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: 'InvalidSchema', message: 'The schema is wrong' },
    ]);
  });

  it.each(['evaluate_push', 'evaluate_schema'])('offer %s', async (name) => {
    expect((await call(`/api/deploy2/${name}`, {}, admin())).status).toBe(200);
  });

  it.each(['not brotli'])('refuse a damaged body: %s', async (text) => {
    const response = await post('/api/deploy2/start_push', text, {
      'content-encoding': 'br',
      ...admin(),
    });
    expect(response.status).toBe(400);
  });

  it('name their own addresses and instance', async () => {
    const urls = await fetch(`${convex().url}/api/v1/get_canonical_urls`, { headers: admin() });
    expect(await urls.json()).toEqual({
      convexCloudUrl: convex().url,
      convexSiteUrl: convex().siteUrl,
    });
    expect(await (await fetch(`${convex().url}/instance_name`)).text()).toBe(convex().instanceName);
  });

  it.each(['/api/run/%E0%A4%A', '//', '/api/run/'])(
    'survive a malformed address: %s',
    async (path) => {
      const { response } = await rawRequest(convex().url, {
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
    expect((await fetch(`${convex().url}/api/query`)).status).toBe(405);
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
    const list = await fetch(`${convex().url}/api/v1/list_environment_variables`, {
      headers: admin(),
    });
    expect(await list.json()).toEqual({ environmentVariables: { A: '1' } });
    expect((await fetch(`${convex().url}/api/v1/list_environment_variables`)).status).toBe(403);
  });

  it.each([
    [{ changes: 'x' }],
    [{ changes: [{ value: 'x' }] }],
    [{ changes: [{ name: '1x', value: 'x' }] }],
    [{ changes: [{ name: 'x', value: 5 }] }],
  ])('are not changed by a malformed request: %j', async (body) => {
    expect((await call('/api/v1/update_environment_variables', body, admin())).status).toBe(400);
    expect(convex().engine.env.list()).toEqual([]);
  });
});

describe('environment variables of the deployed code', () => {
  it('that it cannot do without stay, and the answer says which', async () => {
    const failure = Object.assign(new Error('ISSUER is used in auth.config.ts but not set.'), {
      name: 'PushError',
      code: 'AuthConfigMissingEnvironmentVariable',
    });
    convex().engine.env.update = () => Promise.reject(failure);
    const changes = [{ name: 'ISSUER', value: null }];
    const response = await call('/api/v1/update_environment_variables', { changes }, admin());
    expect([response.status, await response.json()]).toEqual([
      400,
      { code: 'AuthConfigMissingEnvironmentVariable', message: failure.message },
    ]);
  });
});

describe('function logs', () => {
  it('stream lines and outcomes from a cursor on, waiting for the next', async () => {
    const read = async (cursor: number) => {
      const response = await fetch(`${convex().url}/api/stream_function_logs?cursor=${cursor}`, {
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
