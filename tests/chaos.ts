/**
 * `npm run chaos -- --runs N [--seed S]`: N random schedules against the real functions and a fake
 * Clerk, a third of each kind, seeds S, S+1, ...; the exit code is 1 when one fails. What is printed
 * for a failure replays exactly that one.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runStep, vitestScript } from './support/steps';

const simulation = 'tests/integration/convex-simulation.test.ts';
/** One person, several, one in and out. */
const kinds = 3;
/** Of each kind between two lines of progress. */
const batch = 50;
const seedMax = 2 ** 31;

function whole(name: string, text: string, min: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= seedMax) return value;
  throw new Error(`--${name} is "${text}". Give a whole number from ${min} to ${seedMax}.`);
}

async function runBatch(seed: number, schedules: number): Promise<string[]> {
  const result = await runStep({
    name: 'simulation',
    script: vitestScript,
    args: ['run', simulation, '--no-color'],
    env: { SIMULATION_SEED: String(seed), SIMULATION_SCHEDULES: String(schedules) },
  });
  if (result.passed) return [];
  const seeds = [...result.output.matchAll(/SIMULATION_SEED=(\d+)/g)].map(
    ([, found]) => found ?? '',
  );
  process.stdout.write(`${result.output.trimEnd()}\n`);
  // Without a seed it is the run itself that broke: nothing more would come of going on.
  if (seeds.length === 0) throw new Error('The simulation could not run; see above.');
  return [...new Set(seeds)];
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string' } },
});
const perKind = Math.ceil(whole('runs', values.runs, 1) / kinds);
const first = values.seed === undefined ? randomInt(1, seedMax / 2) : whole('seed', values.seed, 0);
const startedAtMs = performance.now();
const failed: string[] = [];
process.stdout.write(`${perKind * kinds} schedules from seed ${first}\n`);
for (let done = 0; done < perKind;) {
  const count = Math.min(batch, perKind - done);
  failed.push(...(await runBatch(first + done, count)));
  done += count;
  const tookS = Math.round((performance.now() - startedAtMs) / 1_000);
  process.stdout.write(
    `${done * kinds} of ${perKind * kinds}, ${failed.length} failed, ${tookS} s\n`,
  );
}
for (const seed of failed) {
  process.stdout.write(`Replay: npm run chaos -- --runs ${kinds} --seed ${seed}\n`);
}
process.exitCode = failed.length === 0 ? 0 : 1;
