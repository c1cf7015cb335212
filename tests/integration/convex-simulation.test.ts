import { afterEach, describe, expect, test, vi } from 'vitest';
import { canonicalJson } from '../../convex/model/canonicalJson';
import type schema from '../../convex/schema';
import type { ConvexCalls } from '../support/convex-calls';
import { connectedWorld, disconnectWorld } from '../support/convex-world';
import { type Deployment, MemoryWorld } from '../support/simulation/deployment';
import { kindOf, kinds, simulate } from '../support/simulation/kinds';

/** `npm run chaos` plays as many more as one likes. */
const schedules = 2_000;
const batches = 4;
/** On both backends, which are hundredfold apart in speed. */
const compared = 21;

afterEach(disconnectWorld);

describe('rules 1 to 10: any order of webhooks, sign-ins, decisions, edits, faults and crashes', () => {
  test.each(Array.from({ length: batches }, (_, i) => 1 + (i * schedules) / batches))(
    'both sides end alike, nothing is lost, doubled or resurrected: schedules from seed %i',
    async (first) => {
      const world = await MemoryWorld.open();
      let played = 0;
      try {
        for (let seed = first; seed < first + schedules / batches; seed++) {
          await simulate(world.fresh(), seed);
          played += 1;
        }
      } finally {
        world.close();
      }
      expect(played).toBe(schedules / batches);
    },
    180_000,
  );

  test('every kind of schedule is among them', () => {
    const played = Array.from({ length: compared }, (_, seed) => kindOf(seed));
    expect(new Set(played)).toEqual(new Set(kinds));
  });
});

/** By the official in-memory backend, which the tests of single rules use. */
function officialDeployment(): Deployment {
  const { t, clerk } = connectedWorld();
  // The stand-in in memory never refuses: here the budget must suffice as well.
  vi.stubEnv('CLERK_RATE_LIMITS', 'production');
  return {
    t,
    clerk,
    setNow: (ms) => vi.setSystemTime(ms),
    setFetch: (fetch) => vi.stubGlobal('fetch', fetch),
  };
}

type Tables = Extract<keyof (typeof schema)['tables'], string>;
const tables: Tables[] = [
  'users',
  'organizations',
  'memberships',
  'deliveries',
  'deliveryPayloads',
  'roleIntents',
  'auditLog',
  'peopleCounts',
  'syncRuns',
  'brakes',
  'invitations',
  'syncRemovals',
];

/** What differs by chance: ids of requests and all that is hashed over ids. */
const random = new Set([
  '_creationTime',
  'correlationId',
  'hash',
  'previousHash',
  'payloadHash',
  'event',
]);

/** Every table as text, fields in order, ids by their order. */
async function dump(t: ConvexCalls): Promise<string[]> {
  const rows = await t.run(async (ctx) => {
    const read = tables.map(async (table) => await ctx.db.query(table).collect());
    return (await Promise.all(read)).flat();
  });
  const texts = rows.map((row) => {
    const fields = Object.entries(row).filter(([name]) => !random.has(name));
    const text = canonicalJson(Object.fromEntries(fields));
    // A payload is JSON in the order in which the arguments came.
    return 'event' in row ? text + canonicalJson(JSON.parse(row.event ?? 'null')) : text;
  });
  // Ids stand alone or, in targets of the audit log, behind a kind: `sync:ID`.
  return rows.reduce(
    (all, { _id }, i) =>
      all.map((text) => text.replaceAll(`"${_id}"`, `"#${i}"`).replaceAll(`:${_id}"`, `:#${i}"`)),
    texts,
  );
}

test('the backend in memory of the simulation ends in the same tables as the official one', async () => {
  for (let seed = 100; seed < 100 + compared; seed++) {
    const official = officialDeployment();
    await simulate(official, seed);
    const expected = await dump(official.t);
    disconnectWorld();
    const world = await MemoryWorld.open();
    try {
      const fast = world.fresh();
      await simulate(fast, seed);
      expect(await dump(fast.t)).toEqual(expected);
    } finally {
      world.close();
    }
  }
}, 120_000);
