import { afterEach, describe, expect, test } from 'vitest';
import { disconnectWorld } from '../support/convex-world';
import { SyncSimulation } from '../support/sync-simulation';

/**
 * `SIMULATION_SEED=n` replays one schedule; a failure names its seed and its steps.
 * `SIMULATION_SCHEDULES=n` runs more of each kind than the usual number.
 */
const replay = process.env.SIMULATION_SEED;
const schedules = Number(process.env.SIMULATION_SCHEDULES ?? 120);

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
      const seeds =
        replay === undefined
          ? Array.from({ length: schedules }, (_, i) => kind.firstSeed + i)
          : [Number(replay)];
      for (const seed of seeds) await simulate(seed, ids, kind);
      expect(seeds.length).toBeGreaterThan(0);
    },
    schedules * 1_000,
  );
});
