import { ConvexClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import WebSocket from 'ws';
import { spread, type Spread } from '../statistics';
import type { Deployment } from './deployment';

const clients = 20;
const subscriptionsPerClient = 10;
const rounds = 60;
const warmUpRounds = 10;
const watch = makeFunctionReference<'query', { n: number; watcher?: number }, string | null>(
  'bench:watch',
);
/** The official client takes the browser's class; `ws` has the part it uses. */
const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;

/**
 * From sending the mutation until the last of 200 subscriptions of official clients has the new
 * value. All the same query, or each with an argument of its own.
 */
async function measure(deployment: Deployment, areDistinct: boolean): Promise<Spread> {
  const person = areDistinct ? 1 : 2;
  const open = Array.from(
    { length: clients },
    () => new ConvexClient(deployment.url, { webSocketConstructor, logger: false }),
  );
  let expected = '';
  let missing = 0;
  let arrived = () => {};
  let watcher = 0;
  for (const client of open) {
    for (let i = 0; i < subscriptionsPerClient; i += 1) {
      const args = { n: person, ...(areDistinct && { watcher: watcher++ }) };
      client.onUpdate(watch, args, (name) => {
        if (name !== expected) return;
        missing -= 1;
        if (missing === 0) arrived();
      });
    }
  }
  const times: number[] = [];
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    expected = `Person of round ${round}`;
    // One client tells each of its callbacks of a query's new value.
    missing = clients * subscriptionsPerClient;
    const all = new Promise<void>((resolve) => (arrived = resolve));
    const startedAtMs = performance.now();
    await deployment.call('mutation', 'rename', { n: person, name: expected });
    await all;
    if (round >= 0) times.push(performance.now() - startedAtMs);
  }
  await Promise.all(open.map((client) => client.close()));
  return spread(times);
}

export async function measureLiveUpdates(deployment: Deployment) {
  return { same: await measure(deployment, false), distinct: await measure(deployment, true) };
}
