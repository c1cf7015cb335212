import { ConvexClient, ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference as reference } from 'convex/server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  RawSyncClient,
  tsOf,
  type ServerMessage,
} from '../../local/convex/http/testing/raw-sync-client';
import { ConvexWorld, eventually } from '../fixtures/convex-servers/world';

const getCount = reference<'query', { name: string }, number>('counters:get');
const transfer = reference<'mutation', { from: string; to: string }, null>('counters:transfer');

const accounts = 6;
const writers = 3;

let world: ConvexWorld;
beforeAll(async () => {
  world = await ConvexWorld.start();
});
afterAll(() => world?.stop());

/** Follows all accounts through single queries, and checks every transition as it comes. */
class Auditor {
  readonly values = new Map<number, number>();
  /** Transitions that no state of the database can have given. */
  readonly problems: string[] = [];
  #last: unknown = { querySet: 0, identity: 0, ts: 'AAAAAAAAAAA=' };

  constructor(readonly client: RawSyncClient) {}

  static async start(prefix: string): Promise<Auditor> {
    const auditor = new Auditor(await RawSyncClient.connect(world.ready.url));
    const { client } = auditor;
    const names = Array.from({ length: accounts }, (_, i) => `${prefix}${i}`);
    client.modify(0, ...names.map((name, i) => client.watch(i, 'counters:get', { name })));
    auditor.apply(await client.next('Transition'));
    return auditor;
  }

  apply(message: ServerMessage): void {
    const before = JSON.stringify(this.#last);
    const start = JSON.stringify(message.startVersion);
    if (sorted(message.startVersion) !== sorted(this.#last)) {
      this.problems.push(`starts at ${start}, not at ${before}`);
    }
    if (tsOf(message.endVersion) < tsOf(this.#last)) this.problems.push(`ts falls after ${before}`);
    this.#last = message.endVersion;
    for (const { queryId, value } of message.modifications as {
      queryId: number;
      value: number;
    }[]) {
      this.values.set(queryId, value);
    }
    const sum = [...this.values.values()].reduce((a, b) => a + b, 0);
    if (sum !== 0) this.problems.push(`the accounts sum up to ${sum} at ${start}`);
  }

  async followUntil(expected: number[]): Promise<void> {
    const isThere = () => expected.every((value, i) => this.values.get(i) === value);
    while (!isThere()) this.apply(await this.client.next('Transition'));
  }
}

function sorted(version: unknown): string {
  return JSON.stringify(Object.entries(version as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Writers are official clients, whose sockets can be cut. */
function newWriter() {
  const sockets: WebSocket[] = [];
  class CuttableSocket extends WebSocket {
    constructor(address: string | URL) {
      super(address);
      sockets.push(this);
    }
  }
  const client = new ConvexClient(world.ready.url, {
    webSocketConstructor: CuttableSocket as unknown as typeof globalThis.WebSocket,
    logger: false,
  });
  return { client, cut: () => sockets.at(-1)?.terminate() };
}

const account = fc.nat(accounts - 1);
const operation = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      by: fc.nat(writers - 1),
      from: account,
      to: account,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cut' as const), by: fc.nat(writers - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
);

describe('sync under random operations', () => {
  it('shows only states that existed, in order, and ends at the true one; nothing is lost or doubled', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 150, maxLength: 300 }),
        async (operations) => {
          run += 1;
          const prefix = `sim${run}-`;
          const auditors = await Promise.all([Auditor.start(prefix), Auditor.start(prefix)]);
          const clients = Array.from({ length: writers }, newWriter);
          const expected = Array.from({ length: accounts }, () => 0);
          let pending: Promise<unknown>[] = [];
          for (const step of operations) {
            if (step.kind === 'settle') await Promise.all(pending.splice(0));
            else if (step.kind === 'cut') clients[step.by]?.cut();
            else {
              expected[step.from] = (expected[step.from] ?? 0) - 1;
              expected[step.to] = (expected[step.to] ?? 0) + 1;
              const names = { from: `${prefix}${step.from}`, to: `${prefix}${step.to}` };
              const done = clients[step.by]?.client.mutation(transfer, names);
              if (done) pending.push(done);
            }
          }
          await Promise.all(pending);
          pending = [];
          const http = new ConvexHttpClient(world.ready.url, { logger: false });
          for (const [i, value] of expected.entries()) {
            expect(await http.query(getCount, { name: `${prefix}${i}` })).toBe(value);
          }
          for (const auditor of auditors) {
            await auditor.followUntil(expected);
            auditor.client.close();
            expect(auditor.problems).toEqual([]);
          }
          for (const { client } of clients) await client.close();
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('updates 200 subscriptions of one client after a single change', async () => {
    const { client } = newWriter();
    const seen = new Map<number, number>();
    for (let i = 0; i < 200; i += 1) {
      client.onUpdate(getCount, { name: `many${i}` }, (n) => seen.set(i, n));
    }
    await eventually(() => seen.size === 200, 'every first result');
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        client.mutation(transfer, { from: `many${2 * i}`, to: `many${2 * i + 1}` }),
      ),
    );
    const isDone = () => [...seen].every(([i, n]) => n === (i % 2 === 0 ? -1 : 1));
    await eventually(isDone, 'every update');
    expect(seen.size).toBe(200);
    await client.close();
  });
});
