import { ConvexClient, ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference as reference } from 'convex/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ConvexWorld, eventually } from '../fixtures/convex-servers/world';

const increment = reference<'mutation', { name: string }, number>('counters:increment');
const getCount = reference<'query', { name: string }, number>('counters:get');
const schedule = reference<
  'mutation',
  { prefix: string; count: number; delayMs: number; asAction: boolean },
  null
>('jobs:schedule');
const scheduleOne = reference<'mutation', { name: string; delayMs: number }, string>(
  'jobs:scheduleOne',
);
const cancel = reference<'mutation', { id: string }, null>('jobs:cancel');

const sockets: WebSocket[] = [];
/** The documented constructor for Node, remembering its sockets so that a test can cut them. */
class CuttableSocket extends WebSocket {
  constructor(address: string | URL) {
    super(address);
    sockets.push(this);
  }
}
const webSocketConstructor = CuttableSocket as unknown as typeof globalThis.WebSocket;

let world: ConvexWorld;
beforeAll(async () => {
  world = await ConvexWorld.start();
});
afterAll(() => world?.stop());

const newClient = () => new ConvexClient(world.ready.url, { webSocketConstructor, logger: false });
const count = (name: string) =>
  new ConvexHttpClient(world.ready.url, { logger: false }).query(getCount, { name });

describe('mutations over a live client are applied exactly once', () => {
  it('across sockets that drop with requests in flight', async () => {
    const client = newClient();
    const answers: Promise<number>[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (let i = 0; i < 40; i += 1) answers.push(client.mutation(increment, { name: 'drops' }));
      // Cut while answers are still coming.
      await answers.at(round * 40);
      sockets.at(-1)?.terminate();
    }
    const numbers = await Promise.all(answers);
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(await count('drops')).toBe(200);
    await client.close();
  });

  it('across kill -9 and a restart with 200 in flight', async () => {
    const client = newClient();
    let seen = -1;
    client.onUpdate(getCount, { name: 'killed' }, (n) => (seen = n));
    await eventually(() => seen === 0, 'the first result');
    const answers = Array.from({ length: 200 }, () =>
      client.mutation(increment, { name: 'killed' }),
    );
    await answers[0];
    await world.started?.kill();
    await world.boot();
    expect(world.ready.deployed).toBe(true);
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(await count('killed')).toBe(200);
    // The subscription has survived, too.
    await eventually(() => seen === 200, 'the live result after the restart');
    await client.close();
  });
});

describe('scheduled functions', () => {
  it('run a mutation exactly once across kill -9 and a restart', async () => {
    const client = new ConvexHttpClient(world.ready.url, { logger: false });
    await client.mutation(schedule, { prefix: 'due', count: 100, delayMs: 0, asAction: false });
    await world.started?.kill();
    await world.boot();
    const counts = () => Promise.all(Array.from({ length: 100 }, (_, i) => count(`due${i}`)));
    await eventually(async () => (await counts()).every((n) => n >= 1), 'every job ran');
    expect(await counts()).toEqual(Array.from({ length: 100 }, () => 1));
  });

  it('run an action at most once across kill -9', async () => {
    const client = new ConvexHttpClient(world.ready.url, { logger: false });
    await client.mutation(schedule, { prefix: 'act', count: 20, delayMs: 0, asAction: true });
    await eventually(async () => (await count('act0')) === 1, 'the first action ran');
    await world.started?.kill();
    await world.boot();
    await client.mutation(schedule, { prefix: 'later', count: 1, delayMs: 0, asAction: true });
    await eventually(async () => (await count('later0')) === 1, 'actions run again');
    for (let i = 0; i < 20; i += 1) expect(await count(`act${i}`)).toBeLessThanOrEqual(1);
  });

  it('run when due while the process was down, and not when cancelled', async () => {
    const client = new ConvexHttpClient(world.ready.url, { logger: false });
    const dueAtMs = Date.now() + 500;
    await client.mutation(scheduleOne, { name: 'missed', delayMs: 500 });
    const id = await client.mutation(scheduleOne, { name: 'cancelled', delayMs: 500 });
    await client.mutation(cancel, { id });
    await world.started?.stop();
    await eventually(() => Date.now() > dueAtMs, 'the time of the job');
    await world.boot();
    await eventually(async () => (await count('missed')) === 1, 'the missed job ran');
    expect(await count('cancelled')).toBe(0);
  });

  it('run an interval cron once when deployed and not again at a restart', async () => {
    await eventually(async () => (await count('tick')) === 1, 'the first run');
    await world.started?.stop();
    await world.boot();
    // A job scheduled after the start has run: so the cron table has been looked at as well.
    const client = new ConvexHttpClient(world.ready.url, { logger: false });
    await client.mutation(scheduleOne, { name: 'after-cron', delayMs: 0 });
    await eventually(async () => (await count('after-cron')) === 1, 'a job after the start');
    expect(await count('tick')).toBe(1);
  });
});
