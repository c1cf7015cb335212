/**
 * The whole runtime against convex-test, Convex's own in-memory mock: random programs over random
 * schemas must give the same results, step by step, and leave the same tables. What is left out
 * is listed in `convex-fuzz/known-differences.ts`.
 *
 * `npm run fuzz:convex -- --seeds 20000` runs many; `FUZZ_SEED=7 FUZZ_SEEDS=1` exactly one.
 */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openPushedApp, type OpenedPush } from '../support/convex-engine';
import { programOf, type Program } from './convex-fuzz/programs';
import { knownDifferences } from './convex-fuzz/known-differences';
import { oracleSide, runtimeSide, type Side } from './convex-fuzz/sides';
import { schemaOf } from './convex-fuzz/schemas';
import { shrink } from './convex-fuzz/shrink';

const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);
const seeds = Number(process.env['FUZZ_SEEDS'] ?? 500);

const shown = (value: unknown) =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));

let pushed: OpenedPush;
let runtime: Side;
beforeAll(async () => {
  pushed = await openPushedApp('fuzz');
  runtime = runtimeSide(pushed);
  // Functions scheduled for later stay so; the mock would run them by timers.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterAll(async () => {
  vi.useRealTimers();
  await pushed?.close();
});

/** Where two runs part, if they do. */
async function difference(program: Program) {
  const [actual, expected] = [await runtime(program), await oracleSide(program)];
  const at = expected.findIndex((result, step) => result !== actual[step]);
  return at < 0 ? undefined : { at, actual: actual[at], expected: expected[at] };
}

it(`the runtime and convex-test agree on ${seeds} random programs`, async () => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const program = programOf(seed);
    if (!(await difference(program))) continue;
    const smallest = await shrink(program, async (smaller) => !!(await difference(smaller)));
    const found = await difference(smallest);
    const schemas = shown(
      smallest.own.json.tables.map(({ tableName, indexes, documentType }) => [
        tableName,
        indexes,
        documentType,
      ]),
    );
    expect(
      found?.actual,
      `FUZZ_SEED=${seed} FUZZ_SEEDS=1\n${smallest.steps.map(shown).join('\n')}\n${schemas}\nstep ${found?.at}`,
    ).toBe(found?.expected);
  }
}, 3_600_000);

const shownBy = knownDifferences.flatMap(({ what, shows }) => (shows ? [{ what, shows }] : []));
it.each(shownBy)('still known to differ: $what', async ({ shows }) => {
  const untyped = (names: string[]) => schemaOf(names.map((name) => [name, defineTable(v.any())]));
  const program = { seed: 0, own: untyped(['t0']), keep: untyped(['k0']), steps: shows };
  expect(await difference(program)).toBeDefined();
});
