import { afterEach, describe, expect, test } from 'vitest';
import { disconnectWorld } from '../support/convex-world';
import { SyncSimulation } from '../support/sync-simulation';

/**
 * `SIMULATION_SEED=n` runs every kind from that seed on instead of its own (a failure names its seed
 * and its steps), `SIMULATION_SCHEDULES=n` that many of each. `npm run chaos` sets both.
 */
const fromSeed = process.env.SIMULATION_SEED;
const schedules = Number(process.env.SIMULATION_SCHEDULES ?? (fromSeed === undefined ? 120 : 1));

interface Kind {
  steps: number;
  firstSeed: number;
  accessShare?: number;
}

async function simulate(seed: number, ids: string[], kind: Kind): Promise<void> {
  const simulation = new SyncSimulation(seed, ids, kind.accessShare);
  try {
    await simulation.run(kind.steps);
  } catch (error) {
    const trace = simulation.steps.map((step, i) => `${i + 1}. ${step}`).join('\n');
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`SIMULATION_SEED=${seed}\n${trace}\n${cause}`, { cause: error });
  } finally {
    disconnectWorld();
  }
}

afterEach(disconnectWorld);

describe('rules 1 to 10: any order of webhooks, sign-ins, decisions, edits and lost answers', () => {
  test.each([
    ['one person', ['ann'], { steps: 30, firstSeed: 1 }],
    ['several people', ['boss', 'ann', 'bob'], { steps: 40, firstSeed: 10_001 }],
    ['one person in and out', ['ann'], { steps: 50, firstSeed: 20_001, accessShare: 0.17 }],
  ] satisfies [string, string[], Kind][])(
    '%s: both sides end alike, nothing is lost, doubled or resurrected',
    async (_, ids, kind) => {
      const first = fromSeed === undefined ? kind.firstSeed : Number(fromSeed);
      const failures: unknown[] = [];
      for (let seed = first; seed < first + schedules; seed++) {
        await simulate(seed, ids, kind).catch((error: unknown) => failures.push(error));
        // One failure tells enough, unless many schedules were asked for.
        if (failures.length > 0 && fromSeed === undefined) break;
      }
      expect(schedules).toBeGreaterThan(0);
      if (failures.length > 0) throw new Error(failures.map(String).join('\n\n'));
    },
    Math.max(60_000, schedules * 1_000),
  );
});
