/**
 * `npm run fuzz:convex -- --seeds N [--seed S]`: N random programs on the local runtime and on
 * convex-test, seeds S, S+1, ...; the exit code is 1 when the two differ in one. What is printed
 * for a difference is the smallest program found that still differs, and how to run it again.
 */
import { parseArgs } from 'node:util';
import { runStep, vitestScript } from './support/steps';

const test = 'tests/conformance/convex-fuzz.test.ts';
/** Between two lines of progress. */
const batch = 500;

function whole(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value < 2 ** 31) return value;
  throw new Error(`--${name} is "${text}". Give a whole number from 1 to ${2 ** 31 - 1}.`);
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
});
const seeds = whole('seeds', values.seeds);
const first = whole('seed', values.seed);
const startedAtMs = performance.now();
let failed = 0;
for (let done = 0; done < seeds;) {
  const count = Math.min(batch, seeds - done);
  const result = await runStep({
    name: 'fuzz',
    script: vitestScript,
    args: ['run', '--project', 'conformance', test, '--no-color'],
    env: { FUZZ_SEED: String(first + done), FUZZ_SEEDS: String(count) },
  });
  if (!result.passed) {
    failed += 1;
    process.stdout.write(`${result.output.trimEnd()}\n`);
  }
  done += count;
  const tookS = Math.round((performance.now() - startedAtMs) / 1_000);
  process.stdout.write(`${done} of ${seeds} programs, ${failed} batches failed, ${tookS} s\n`);
}
process.exitCode = failed === 0 ? 0 : 1;
