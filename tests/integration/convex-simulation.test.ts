import { afterEach, describe, expect, test } from 'vitest';
import { disconnectWorld } from '../support/convex-world';
import { SyncSimulation } from '../support/sync-simulation';

/** `SIMULATION_SEED=n` replays one schedule; a failure names its seed and its steps. */
const replay = process.env.SIMULATION_SEED;
const schedules = 120;

async function simulate(seed: number, ids: string[], steps: number): Promise<void> {
  const simulation = new SyncSimulation(seed, ids);
  try {
    await simulation.run(steps);
  } catch (error) {
    const trace = simulation.steps.map((step, i) => `${i + 1}. ${step}`).join('\n');
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`SIMULATION_SEED=${seed}\n${trace}\n${cause}`, { cause: error });
  } finally {
    disconnectWorld();
  }
}

afterEach(disconnectWorld);

describe('rules 1 to 8: any order of webhooks, sign-ins, decisions, edits and lost answers', () => {
  test.each([
    ['one person', ['ann'], 30, 1],
    ['several people', ['boss', 'ann', 'bob'], 40, 10_001],
  ])(
    '%s: both sides end alike, nothing is lost, doubled or resurrected',
    async (_, ids, steps, first) => {
      const seeds =
        replay === undefined
          ? Array.from({ length: schedules }, (_, i) => first + i)
          : [Number(replay)];
      for (const seed of seeds) await simulate(seed, ids, steps);
      expect(seeds.length).toBeGreaterThan(0);
    },
    120_000,
  );
});
