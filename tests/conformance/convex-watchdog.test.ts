/** An action that holds the one thread for ever ends the process, and nothing that counts is lost. */
import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSnapshot } from '../../local/convex/snapshot/snapshot-files';
import { newId } from '../../local/convex/values/ids';
import { ConvexWorld, eventually } from '../fixtures/convex-servers/world';

const mutation = (path: string) => makeFunctionReference<'mutation'>(path);
const stallMs = 1_500;

let world: ConvexWorld;
beforeAll(async () => {
  world = await ConvexWorld.start();
});
afterAll(() => world?.stop());

/** Starts it impatient, lets `start` begin an endless loop, and waits for the end. */
async function endsBy(start: (client: ConvexHttpClient) => Promise<unknown>) {
  await world.started?.stop();
  await world.boot({ ROLLCALL_STALL_MS: String(stallMs) });
  const child = world.started?.child;
  if (!child) throw new Error('The world is not running.');
  const ended = once(child, 'exit');
  const client = new ConvexHttpClient(world.ready.url);
  await client.mutation(mutation('counters:increment'), { name: 'kept' });
  await start(client);
  const [, signal] = (await ended) as [number | null, string | null];
  await world.boot();
  return signal;
}

const kept = () =>
  new ConvexHttpClient(world.ready.url).query(
    makeFunctionReference<'query', { name: string }, number>('counters:get'),
    { name: 'kept' },
  );

describe('an endless loop in a mutation', () => {
  // Actions switch the tracking of asynchronous calls on, for the whole process; on Node.js 20 and
  // 22 a loop that was cut off within a promise then left it out of balance, and Node.js aborted.
  it('behind an await is ended alone, also once an action has run; the process goes on', async () => {
    const client = new ConvexHttpClient(world.ready.url);
    const shout = makeFunctionReference<'action'>('notes:shout');
    expect(await client.action(shout, { text: 'before' })).toBe('BEFORE');
    const loop = () => client.mutation(mutation('loops:neverReturns'), {});
    const quick = () => client.mutation(mutation('counters:increment'), { name: 'quick' });
    // Alone, and among others.
    await expect(loop()).rejects.toThrow('timed out');
    const together = await Promise.allSettled([quick(), loop(), quick()]);
    expect(together.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await client.action(shout, { text: 'after' })).toBe('AFTER');
    expect(await quick()).toBe(3);
    expect(world.started?.child.exitCode).toBeNull();
    expect(world.started?.child.signalCode).toBeNull();
  });
});

describe('work of the runtime itself', () => {
  /** Far less than what the import below takes. */
  const impatientMs = 500;
  const documents = 40_000;

  function manyCounters(): Uint8Array<ArrayBuffer> {
    const number = 10_001;
    const lines = Array.from({ length: documents }, (_, n) =>
      JSON.stringify({ _creationTime: n + 1, _id: newId(number), name: `counter${n}`, n }),
    );
    return Uint8Array.from(writeSnapshot([{ namespace: '', name: 'counters', number, lines }]));
  }

  it('holds everything up for longer than an action may, and is not blamed on one that ran', async () => {
    await world.started?.stop();
    await world.boot({ ROLLCALL_STALL_MS: String(impatientMs) });
    const client = new ConvexHttpClient(world.ready.url);
    const shout = makeFunctionReference<'action'>('notes:shout');
    expect(await client.action(shout, { text: 'before' })).toBe('BEFORE');
    const { url, adminKey } = world.ready;
    const imported = await fetch(`${url}/api/local/snapshot`, {
      method: 'POST',
      headers: { authorization: `Convex ${adminKey}` },
      body: manyCounters(),
    });
    expect(await imported.json()).toEqual({ tables: 1, documents });
    expect(world.started?.child.signalCode).toBeNull();
  });
});

describe('an endless loop in an action', () => {
  it('after its return ends the process by its own signal; what was acknowledged is there', async () => {
    const signal = await endsBy((client) =>
      client.action(makeFunctionReference<'action'>('loops:spinsOn')),
    );
    expect(signal).toBe('SIGUSR2');
    expect(await kept()).toBe(1);
  });

  it('after an await does the same; one that was scheduled is failed and does not run again', async () => {
    await endsBy((client) => client.mutation(mutation('loops:schedulesSpin')));
    expect(await kept()).toBe(2);
    const { stdout } = await eventually(async () => {
      const data = await world.cli('data', '_scheduled_functions');
      return data.stdout.includes('loops:spins') && data;
    }, 'the scheduled function is listed');
    expect(stdout).toContain('failed');
  });
});
