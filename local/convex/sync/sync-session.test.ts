import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeConvexError, type FakeFunction } from '../http/testing/fake-engine';
import { RawSyncClient, tsOf, type ServerMessage } from '../http/testing/raw-sync-client';
import { startFakeConvex, type FakeConvex } from '../http/testing/start-fake';
import { decodeTs } from '../http/encoded-ts';

const functions: Record<string, FakeFunction> = {
  'kv:get': { kind: 'query', handler: ({ get }, { key }) => get(key) },
  'kv:parity': { kind: 'query', handler: ({ get }, { key }) => Number(get(key)) % 2 },
  'kv:set': {
    kind: 'mutation',
    handler: ({ set }, { key, value }) => {
      set(key, value ?? null);
      return value ?? null;
    },
  },
  'kv:add': {
    kind: 'mutation',
    handler: ({ get, set }, { key }) => {
      const next = Number(get(key)) + 1;
      set(key, next);
      return next;
    },
  },
  'kv:nothing': { kind: 'mutation', handler: () => 'nothing' },
  'kv:refuse': {
    kind: 'mutation',
    handler: () => {
      throw new FakeConvexError({ code: 'NO' });
    },
  },
  'kv:broken': {
    kind: 'query',
    handler: () => {
      throw new FakeConvexError({ code: 'BROKEN' });
    },
  },
};

let convex: FakeConvex;
const clients: RawSyncClient[] = [];
const connect = async (sessionId?: string) => {
  const client = await RawSyncClient.connect(convex.url, sessionId);
  clients.push(client);
  return client;
};
beforeEach(async () => {
  convex = await startFakeConvex(functions);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await convex.close();
});

type Modification = { type: string; queryId: number; value?: unknown } & Record<string, unknown>;
const modificationsOf = (message: ServerMessage) => message.modifications as Modification[];

describe('sync session', () => {
  it('answers the first ModifyQuerySet even when it is empty', async () => {
    const client = await connect();
    client.modify(0);
    const transition = await client.next('Transition');
    expect(transition).toMatchObject({
      startVersion: { querySet: 0, identity: 0, ts: 'AAAAAAAAAAA=' },
      endVersion: { querySet: 1, identity: 0 },
      modifications: [],
    });
    expect(typeof transition.serverTs).toBe('number');
    expect(typeof transition.clientClockSkew).toBe('number');
  });

  it('chains versions: every transition starts where the last one ended, ts never falls', async () => {
    const client = await connect();
    client.modify(0, client.watch(0, 'kv:get', { key: 'a' }));
    for (let i = 0; i < 20; i += 1) {
      client.send({
        type: 'Mutation',
        requestId: i,
        udfPath: 'kv:set',
        args: [{ key: 'a', value: i }],
      });
      client.modify(i + 1, client.watch(i + 1, 'kv:get', { key: `other${i}` }));
    }
    let last: unknown = { querySet: 0, identity: 0, ts: 'AAAAAAAAAAA=' };
    let value: unknown;
    while ((last as { querySet: number }).querySet < 21 || value !== 19) {
      const transition = await client.next('Transition');
      expect(transition.startVersion).toEqual(last);
      expect(tsOf(transition.endVersion)).toBeGreaterThanOrEqual(tsOf(last));
      last = transition.endVersion;
      value = modificationsOf(transition).find(({ queryId }) => queryId === 0)?.value ?? value;
    }
  });

  it('sends the response to a mutation first, then a transition at or after its timestamp', async () => {
    const client = await connect();
    client.modify(0, client.watch(0, 'kv:get', { key: 'a' }));
    await client.next('Transition');
    const before = client.received.length;
    client.send({
      type: 'Mutation',
      requestId: 0,
      udfPath: 'kv:set',
      args: [{ key: 'a', value: 1 }],
    });
    await client.next('Transition');
    const [response, transition] = client.received.slice(before);
    expect(response).toMatchObject({
      type: 'MutationResponse',
      requestId: 0,
      success: true,
      result: 1,
    });
    expect(tsOf(transition?.endVersion)).toBeGreaterThanOrEqual(
      decodeTs(String(response?.ts)) ?? 0n,
    );
    expect(modificationsOf(transition as ServerMessage)).toMatchObject([{ queryId: 0, value: 1 }]);
  });

  it('follows a mutation that wrote nothing with a transition too', async () => {
    const client = await connect();
    client.modify(0);
    await client.next('Transition');
    client.send({ type: 'Mutation', requestId: 0, udfPath: 'kv:nothing', args: [{}] });
    await client.next('MutationResponse');
    expect(await client.next('Transition')).toMatchObject({ modifications: [] });
  });

  it('answers a failed mutation with its error data and no timestamp', async () => {
    const client = await connect();
    client.send({ type: 'Mutation', requestId: 3, udfPath: 'kv:refuse', args: [{}] });
    const response = await client.next('MutationResponse');
    expect(response).toMatchObject({ requestId: 3, success: false, errorData: { code: 'NO' } });
    expect(response).not.toHaveProperty('ts');
  });

  it('reports a failing query with its error data, and goes on with the others', async () => {
    const client = await connect();
    client.modify(0, client.watch(0, 'kv:broken'), client.watch(1, 'kv:get', { key: 'a' }));
    expect(modificationsOf(await client.next('Transition'))).toMatchObject([
      { type: 'QueryFailed', queryId: 0, errorData: { code: 'BROKEN' } },
      { type: 'QueryUpdated', queryId: 1, value: null },
    ]);
  });

  it('runs the mutations of one socket in order', async () => {
    const client = await connect();
    for (let i = 0; i < 50; i += 1) {
      client.send({ type: 'Mutation', requestId: i, udfPath: 'kv:add', args: [{ key: 'n' }] });
    }
    for (let i = 0; i < 50; i += 1) {
      expect(await client.next('MutationResponse')).toMatchObject({ requestId: i, result: i + 1 });
    }
  });

  it('applies a mutation that is sent again after a reconnect once, and repeats its answer', async () => {
    const sessionId = crypto.randomUUID();
    const request = { type: 'Mutation', requestId: 7, udfPath: 'kv:add', args: [{ key: 'n' }] };
    const first = await connect(sessionId);
    first.send(request);
    const answer = await first.next('MutationResponse');
    first.close();
    const second = await connect(sessionId);
    second.modify(0);
    second.send(request);
    expect(await second.next('MutationResponse')).toEqual(answer);
    expect(convex.engine.peek('n')).toBe(1);
  });

  it('runs only those queries again whose reads a commit touched', async () => {
    const client = await connect();
    client.modify(
      0,
      client.watch(0, 'kv:get', { key: 'a' }),
      client.watch(1, 'kv:get', { key: 'b' }),
    );
    await client.next('Transition');
    const before = convex.engine.runs.length;
    convex.engine.put({ b: 'new' });
    expect(modificationsOf(await client.next('Transition'))).toMatchObject([
      { queryId: 1, value: 'new' },
    ]);
    expect(convex.engine.runs.slice(before)).toEqual(['kv:get']);
  });

  it('does not resend a result that came out the same', async () => {
    const client = await connect();
    convex.engine.put({ n: 2 });
    client.modify(
      0,
      client.watch(0, 'kv:parity', { key: 'n' }),
      client.watch(1, 'kv:get', { key: 'end' }),
    );
    await client.next('Transition');
    convex.engine.put({ n: 4 });
    convex.engine.put({ end: true });
    const updates = modificationsOf(await client.next('Transition'));
    expect(updates.map(({ queryId }) => queryId)).toEqual([1]);
  });

  it('runs equal queries of many clients once', async () => {
    const watchers = await Promise.all(Array.from({ length: 20 }, () => connect()));
    for (const client of watchers) client.modify(0, client.watch(0, 'kv:get', { key: 'a' }));
    await Promise.all(watchers.map((client) => client.next('Transition')));
    const before = convex.engine.runs.length;
    convex.engine.put({ a: 'x' });
    const updates = await Promise.all(watchers.map((client) => client.next('Transition')));
    for (const update of updates) expect(modificationsOf(update)).toMatchObject([{ value: 'x' }]);
    expect(convex.engine.runs.length - before).toBe(1);
  });

  it('shows all queries of a set at one timestamp under a stream of writes', async () => {
    const client = await connect();
    client.modify(
      0,
      client.watch(0, 'kv:get', { key: 'a' }),
      client.watch(1, 'kv:get', { key: 'b' }),
    );
    await client.next('Transition');
    const writer = await connect();
    const seen: Record<number, unknown> = {};
    for (let i = 1; i <= 100; i += 1) {
      // Both keys change in one commit, so a consistent view never sees them differ.
      convex.engine.put({
        a: i,
        b: i,
      });
      writer.send({ type: 'Mutation', requestId: i, udfPath: 'kv:add', args: [{ key: 'n' }] });
      if (i % 10 === 0) await writer.next('MutationResponse');
    }
    while (seen[0] !== 100) {
      for (const { queryId, value } of modificationsOf(await client.next('Transition')))
        seen[queryId] = value;
      expect(seen[0]).toBe(seen[1]);
    }
  });

  it('holds back from a client that does not read, and shows it the newest state later', async () => {
    const client = await connect();
    client.modify(0, client.watch(0, 'kv:get', { key: 'big' }));
    await client.next('Transition');
    client.socket.pause();
    const sizes: number[] = [];
    const other = await connect();
    other.modify(0, other.watch(0, 'kv:get', { key: 'n' }));
    await other.next('Transition');
    for (let i = 1; i <= 100; i += 1) {
      convex.engine.put({ big: `${i}`.padEnd(500_000, '.'), n: i });
      // The others are not held up.
      await other.next('Transition');
    }
    client.socket.resume();
    let last = '';
    while (!last.startsWith('100.')) {
      last = String(modificationsOf(await client.next('Transition'))[0]?.value);
      sizes.push(last.length);
    }
    // 4 MiB of ours and a few of the system's buffers, instead of 50 MB.
    expect(sizes.length).toBeLessThan(60);
  });

  it('runs everything again after a push', async () => {
    const client = await connect();
    client.modify(0, client.watch(0, 'kv:get', { key: 'a' }));
    await client.next('Transition');
    functions['kv:get'] = { kind: 'query', handler: () => 'new code' };
    convex.engine.functions['kv:get'] = functions['kv:get'];
    convex.engine.deploy();
    expect(modificationsOf(await client.next('Transition'))).toMatchObject([{ value: 'new code' }]);
    functions['kv:get'] = { kind: 'query', handler: ({ get }, { key }) => get(key) };
  });

  it('tells of removed queries and stops to run them', async () => {
    const client = await connect();
    client.modify(0, client.watch(0, 'kv:get', { key: 'a' }));
    await client.next('Transition');
    client.modify(1, { type: 'Remove', queryId: 0 });
    expect(modificationsOf(await client.next('Transition'))).toEqual([
      { type: 'QueryRemoved', queryId: 0 },
    ]);
    const before = convex.engine.runs.length;
    convex.engine.put({ a: 'unseen' });
    client.send({ type: 'Mutation', requestId: 0, udfPath: 'kv:nothing', args: [{}] });
    await client.next('Transition');
    expect(convex.engine.runs.slice(before)).toEqual(['kv:nothing']);
  });

  it('closes on a version that does not follow, so that the client starts over', async () => {
    const client = await connect();
    client.modify(5);
    expect((await client.closed).reason).toContain('ModifyQuerySet');
  });

  it.each([
    'not json',
    '{"type":"Unknown"}',
    '{"type":"Mutation","requestId":-1,"udfPath":"a","args":[]}',
  ])('ends a client that does not speak the protocol: %s', async (text) => {
    const client = await connect();
    client.socket.send(text);
    expect(await client.next('FatalError')).toBeDefined();
    expect((await client.closed).code).toBe(1002);
  });

  it('wants Connect first', async () => {
    const client = new RawSyncClient(convex.url);
    clients.push(client);
    await new Promise((resolve) => client.socket.once('open', resolve));
    client.modify(0);
    expect((await client.closed).reason).toContain('Connect');
  });

  it.each(['/api/1.48.0/sync', '/api/sync'])('serves %s', async (path) => {
    const client = new RawSyncClient(convex.url, { path });
    clients.push(client);
    await new Promise((resolve) => client.socket.once('open', resolve));
    client.send({ type: 'Connect', sessionId: 's', connectionCount: 0, lastCloseReason: null });
    client.modify(0);
    expect(await client.next('Transition')).toMatchObject({ endVersion: { querySet: 1 } });
  });

  it.each([{ headers: { host: 'evil.example' } }, { path: '/api/other' }, { path: '//' }])(
    'refuses the handshake of %j',
    async (options) => {
      const client = new RawSyncClient(convex.url, options);
      clients.push(client);
      expect((await client.closed).code).toBe(1006);
    },
  );
});
