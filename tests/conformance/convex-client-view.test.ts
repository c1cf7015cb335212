/**
 * What the official React client shows stays right whatever happens around it: optimistic updates,
 * sockets that drop, people that sign in and out, `kill -9`, and a server whose clock is another
 * one after the restart.
 */
import { ConvexHttpClient } from 'convex/browser';
import { ConvexReactClient } from 'convex/react';
import { makeFunctionReference as reference } from 'convex/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ConvexWorld, eventually } from '../fixtures/convex-servers/world';
import { Random } from './convex-fuzz/random';

const increment = reference<'mutation', { name: string }, number>('counters:increment');
const getCount = reference<'query', { name: string }, number>('counters:get');
const whoAmI = reference<'query', Record<string, never>, string | null>('notes:whoAmI');

const seed = Number(process.env['CLIENT_VIEW_SEED'] ?? 1);
const steps = Number(process.env['CLIENT_VIEW_STEPS'] ?? 80);
const counters = 3;

let world: ConvexWorld;
beforeAll(async () => {
  world = await ConvexWorld.start();
});
afterAll(() => world?.stop());

/** Makes the server's clock go by another time than ours. */
function clockSteppedBy(ms: number): Record<string, string> {
  const code = `const now = Date.now; Date.now = () => now() + ${ms};`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** One client, what it was asked to do, and what it must show for it. */
class Viewer {
  readonly acknowledged = new Map<string, number>();
  readonly sent = new Map<string, number>();
  readonly problems: string[] = [];
  readonly #sockets: WebSocket[] = [];
  readonly #pending: Promise<void>[] = [];
  readonly client: ConvexReactClient;
  person: string | null = null;
  #isCut = false;

  constructor() {
    const sockets = this.#sockets;
    class CuttableSocket extends WebSocket {
      constructor(address: string | URL) {
        super(address);
        sockets.push(this);
      }
    }
    this.client = new ConvexReactClient(world.ready.url, {
      // `ws` is what Convex documents for Node; its type is a superset of the browser's.
      webSocketConstructor: CuttableSocket as unknown as typeof globalThis.WebSocket,
      logger: false,
    });
    this.client.watchQuery(whoAmI, {}).onUpdate(() => {});
    for (let at = 0; at < counters; at += 1) {
      const name = `view${at}`;
      this.client.watchQuery(getCount, { name }).onUpdate(() => this.#look(name));
    }
  }

  count(name: string): number | undefined {
    return this.client.watchQuery(getCount, { name }).localQueryResult();
  }

  shownPerson(): string | null | undefined {
    return this.client.watchQuery(whoAmI, {}).localQueryResult();
  }

  /**
   * What was acknowledged never leaves the view, and nothing shows that was not asked for. Only
   * after a socket broke may a result hold a mutation whose answer was lost, with the client's
   * optimistic update still on top, until the answer comes again.
   */
  #look(name: string): void {
    const shown = this.count(name);
    if (shown === undefined) return;
    if (shown < (this.acknowledged.get(name) ?? 0)) this.problems.push(`${name} fell to ${shown}`);
    if (!this.#isCut && shown > (this.sent.get(name) ?? 0))
      this.problems.push(`${name} rose to ${shown}`);
  }

  increment(name: string): void {
    this.sent.set(name, (this.sent.get(name) ?? 0) + 1);
    const done = this.client.mutation(
      increment,
      { name },
      {
        optimisticUpdate: (store, args) => {
          const shown = store.getQuery(getCount, args);
          if (shown !== undefined) store.setQuery(getCount, args, shown + 1);
        },
      },
    );
    this.#pending.push(
      done.then(() => {
        this.acknowledged.set(name, (this.acknowledged.get(name) ?? 0) + 1);
        this.#look(name);
      }),
    );
  }

  /** The client forgets a sign-out that overtakes the token of the sign-in before it. */
  async signIn(person: string | null): Promise<void> {
    this.person = person;
    if (person === null) return this.client.clearAuth();
    await new Promise((resolve) => this.client.setAuth(() => world.token(person), resolve));
  }

  cut(): void {
    this.#isCut = true;
    this.#sockets.at(-1)?.terminate();
  }

  async crash(clockStepMs: number): Promise<void> {
    this.#isCut = true;
    await world.started?.kill();
    await world.boot(clockSteppedBy(clockStepMs));
  }

  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    this.#isCut = false;
  }
}

it(`is right after ${steps} random steps (CLIENT_VIEW_SEED=${seed})`, async () => {
  const random = new Random(seed);
  const viewer = new Viewer();
  let crashes = 0;
  for (let step = 0; step < steps; step += 1) {
    const kind = random.weighted({ increment: 12, cut: 1.5, person: 2, pause: 2, crash: 0.4 });
    if (kind === 'increment') viewer.increment(`view${random.below(counters)}`);
    else if (kind === 'cut') viewer.cut();
    else if (kind === 'person') await viewer.signIn(random.pick(['ann', 'bob', null]));
    else if (kind === 'pause') await viewer.settled();
    else if (crashes < 2) {
      crashes += 1;
      await viewer.crash(random.pick([-600_000, -1_000, 0, 600_000]));
    }
  }
  await viewer.settled();
  for (let at = 0; at < counters; at += 1) {
    const name = `view${at}`;
    const sent = viewer.sent.get(name) ?? 0;
    await eventually(() => viewer.count(name) === sent, `${name} shows ${sent}`);
    // The server agrees: each once.
    const http = new ConvexHttpClient(world.ready.url, { logger: false });
    expect(await http.query(getCount, { name })).toBe(sent);
  }
  await eventually(() => viewer.shownPerson() === viewer.person, `it shows ${viewer.person}`);
  expect(viewer.problems).toEqual([]);
  await viewer.client.close();
});
