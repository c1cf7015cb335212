import { ConvexClient, ConvexHttpClient } from 'convex/browser';
import { ConvexReactClient } from 'convex/react';
import { makeFunctionReference as reference } from 'convex/server';
import { ConvexError } from 'convex/values';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ConvexWorld, eventually } from '../fixtures/convex-servers/world';

// `ws` is what Convex documents for Node; its type is a superset of the browser's.
const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;

const increment = reference<'mutation', { name: string }, number>('counters:increment');
const getCount = reference<'query', { name: string }, number>('counters:get');
const addNote = reference<'mutation', { owner: string; rank: number; text: string }, string>(
  'notes:add',
);
const listNotes = reference<'query', { owner: string }, string[]>('notes:list');
const pageNotes = reference<
  'query',
  { owner: string; paginationOpts: { numItems: number; cursor: string | null } },
  { page: string[]; isDone: boolean; continueCursor: string }
>('notes:page');
const whoAmI = reference<'query', Record<string, never>, string | null>('notes:whoAmI');
const refuse = reference<'mutation', Record<string, never>, null>('notes:refuse');
const shout = reference<'action', { text: string }, string>('notes:shout');

let world: ConvexWorld;
beforeAll(async () => {
  world = await ConvexWorld.start();
});
afterAll(() => world?.stop());

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function liveClient(): ConvexClient {
  const client = new ConvexClient(world.ready.url, { webSocketConstructor, logger: false });
  closing.push(() => client.close());
  return client;
}

function reactClient(): ConvexReactClient {
  const client = new ConvexReactClient(world.ready.url, { webSocketConstructor, logger: false });
  closing.push(() => client.close());
  return client;
}

describe('ConvexHttpClient, unmodified', () => {
  it('queries, mutates, runs actions, and gets the data of a ConvexError', async () => {
    const client = new ConvexHttpClient(world.ready.url, { logger: false });
    expect(await client.mutation(increment, { name: 'http' })).toBe(1);
    expect(await client.mutation(increment, { name: 'http' })).toBe(2);
    expect(await client.query(getCount, { name: 'http' })).toBe(2);
    expect(await client.action(shout, { text: 'hi' })).toBe('HI');
    const refused = client.mutation(refuse, {});
    await expect(refused).rejects.toThrow(ConvexError);
    await expect(refused).rejects.toMatchObject({ data: { code: 'REFUSED', amount: 5n } });
    expect(await client.query(listNotes, { owner: 'refused' })).toEqual([]);
  });

  it('B6: acts as the person of its token, and is refused with a tampered one', async () => {
    const token = await world.token('user_http');
    const client = new ConvexHttpClient(world.ready.url, { logger: false, auth: token });
    expect(await client.query(whoAmI, {})).toBe('user_http');
    const [header, , signature] = token.split('.');
    const [, payload] = (await world.token('user_other')).split('.');
    client.setAuth(`${header}.${payload}.${signature}`);
    await expect(client.query(whoAmI, {})).rejects.toThrow(/signature does not match/);
    client.clearAuth();
    expect(await client.query(whoAmI, {})).toBeNull();
  });

  it('cannot call internal functions', async () => {
    const client = new ConvexHttpClient(world.ready.url, { logger: false });
    const bump = reference<'mutation', { name: string }, null>('counters:bump');
    await expect(client.mutation(bump, { name: 'x' })).rejects.toThrow(
      /Could not find public function/,
    );
  });
});

describe('ConvexClient, unmodified', () => {
  it('sees its own and other clients’ changes live', async () => {
    const [watcher, writer] = [liveClient(), liveClient()];
    const seen: number[] = [];
    watcher.onUpdate(getCount, { name: 'live' }, (n) => seen.push(n));
    await eventually(() => seen.length === 1, 'the first result');
    for (let i = 1; i <= 5; i += 1) {
      await writer.mutation(increment, { name: 'live' });
      await eventually(() => seen.at(-1) === i, `the count ${i}`);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('reads its own writes as soon as a mutation resolves', async () => {
    const client = liveClient();
    let count = -1;
    client.onUpdate(getCount, { name: 'own' }, (n) => (count = n));
    await eventually(() => count === 0, 'the first result');
    for (let i = 1; i <= 20; i += 1) {
      await client.mutation(increment, { name: 'own' });
      expect(count).toBe(i);
    }
  });

  it('keeps the order of mutations sent at once', async () => {
    const client = liveClient();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => client.mutation(increment, { name: 'ordered' })),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it('signs in, changes the person, and signs out on one socket', async () => {
    const client = liveClient();
    const seen: (string | null)[] = [];
    client.setAuth(() => world.token('user_a'));
    client.onUpdate(whoAmI, {}, (subject) => seen.push(subject));
    await eventually(() => seen.at(-1) === 'user_a', 'the first person');
    expect(seen).toEqual(['user_a']);
    client.setAuth(() => world.token('user_b'));
    await eventually(() => seen.at(-1) === 'user_b', 'the second person');
    client.client.clearAuth();
    await eventually(() => seen.at(-1) === null, 'nobody');
  });

  it('is asked for a new token when the old one expires, and goes on', async () => {
    const client = liveClient();
    let asked = 0;
    const seen: (string | null)[] = [];
    client.setAuth(async () => {
      asked += 1;
      // Issued long ago, by which the client reckons that it has minutes left: the server ends it.
      const iat = Math.floor(Date.now() / 1000) - 600;
      return world.token('user_short', asked <= 2 ? { expiresInS: 2, iat } : {});
    });
    client.onUpdate(whoAmI, {}, (subject) => seen.push(subject));
    await eventually(() => asked >= 3, 'a new token was asked for');
    await client.mutation(increment, { name: 'after-renewal' });
    expect(seen.at(-1)).toBe('user_short');
    expect(seen).not.toContain(null);
  });
});

describe('ConvexReactClient, unmodified', () => {
  it('shows an optimistic update at once and replaces it by the result', async () => {
    const client = reactClient();
    const watch = client.watchQuery(listNotes, { owner: 'opt' });
    const states: (string[] | undefined)[] = [];
    closing.push(watch.onUpdate(() => states.push(watch.localQueryResult())));
    await eventually(() => watch.localQueryResult() !== undefined, 'the first result');
    const done = client.mutation(
      addNote,
      { owner: 'opt', rank: 1, text: 'real' },
      {
        optimisticUpdate: (store, { owner, text }) => {
          const before = store.getQuery(listNotes, { owner }) ?? [];
          store.setQuery(listNotes, { owner }, [...before, `${text} (pending)`]);
        },
      },
    );
    expect(watch.localQueryResult()).toEqual(['real (pending)']);
    await done;
    expect(watch.localQueryResult()).toEqual(['real']);
    expect(states).toEqual([[], ['real (pending)'], ['real']]);
  });

  it('rolls an optimistic update back when the mutation fails', async () => {
    const client = reactClient();
    const watch = client.watchQuery(listNotes, { owner: 'rollback' });
    closing.push(watch.onUpdate(() => undefined));
    await eventually(() => watch.localQueryResult() !== undefined, 'the first result');
    const done = client.mutation(
      refuse,
      {},
      {
        optimisticUpdate: (store) =>
          store.setQuery(listNotes, { owner: 'rollback' }, ['hoped for']),
      },
    );
    expect(watch.localQueryResult()).toEqual(['hoped for']);
    await expect(done).rejects.toThrow(ConvexError);
    await eventually(() => watch.localQueryResult()?.length === 0, 'the roll-back');
  });

  it('pages without gaps or repetitions while rows come in between', async () => {
    const client = reactClient();
    const owner = 'pages';
    for (const rank of [10, 20, 30, 40])
      await client.mutation(addNote, { owner, rank, text: `n${rank}` });
    const watchPage = (cursor: string | null) => {
      const watch = client.watchQuery(pageNotes, {
        owner,
        paginationOpts: { numItems: 2, cursor },
      });
      closing.push(watch.onUpdate(() => undefined));
      return watch;
    };
    const first = watchPage(null);
    const { continueCursor } = await eventually(() => first.localQueryResult(), 'the first page');
    const second = watchPage(continueCursor);
    await eventually(() => second.localQueryResult(), 'the second page');
    await client.mutation(addNote, { owner, rank: 15, text: 'n15' });
    await client.mutation(addNote, { owner, rank: 35, text: 'n35' });
    expect(first.localQueryResult()?.page).toEqual(['n10', 'n15', 'n20']);
    expect(second.localQueryResult()?.page).toEqual(['n30', 'n35', 'n40']);
  });
});

describe('HTTP actions', () => {
  it('B1: get the raw body, the headers and the caller', async () => {
    const body = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7) % 256));
    const headers = { authorization: `Bearer ${await world.token('user_hook')}`, 'x-tag': 'a' };
    const response = await fetch(`${world.ready.siteUrl}/echo?x=1`, {
      method: 'POST',
      body,
      headers,
    });
    expect(response.status).toBe(201);
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
    expect(response.headers.get('x-url')).toBe(`${world.ready.siteUrl}/echo?x=1`);
    expect(response.headers.get('x-tag')).toBe('a');
    expect(response.headers.get('x-subject')).toBe('user_hook');
    expect((await fetch(`${world.ready.siteUrl}/nowhere`)).status).toBe(404);
  });
});
