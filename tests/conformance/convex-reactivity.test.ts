/**
 * The property that live queries rest on: after every commit, a query that would answer something
 * else was invalidated by it. Random queries (ranges, filters, pages, searches, lookups, calls into
 * a component) over random schemas, random commits, every query run again after each.
 */
import { convexToJson, type Value } from 'convex/values';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type {
  Commit,
  FunctionResult,
  JsonObject,
  ReadSet,
} from '../../local/convex/engine/contract';
import type { Known, Ran } from '../fixtures/convex-fuzz/convex/program';
import { openPushedApp, type OpenedPush } from '../support/convex-engine';
import { programOf, type Program, type Step } from './convex-fuzz/programs';

const firstSeed = Number(process.env['REACTIVITY_SEED'] ?? 1);
const seeds = Number(process.env['REACTIVITY_SEEDS'] ?? 40);

interface Subscription {
  step: Step;
  known: Known;
  result: string;
  reads: ReadSet;
}

let pushed: OpenedPush;
const commits: Commit[] = [];
beforeAll(async () => {
  pushed = await openPushedApp('fuzz');
  pushed.engine.onCommit((commit) => commits.push(commit));
  // Functions scheduled for later stay so.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterAll(async () => {
  vi.useRealTimers();
  await pushed?.close();
});

const call = (path: string, { body }: Step, known: Known) => ({
  path,
  args: convexToJson({ body, known } as unknown as Value) as JsonObject,
  identity: { kind: 'none' } as const,
  requestId: 'reactivity',
});

/** What a client would see. */
const shown = (result: FunctionResult) =>
  JSON.stringify(result.kind === 'success' ? result.value : result.errorMessage);

async function subscribed(step: Step, known: Known): Promise<Subscription> {
  const { result, reads } = await pushed.engine.runQuery(call('run:read', step, known));
  return { step, known, result: shown(result), reads };
}

/** Listeners hear of a commit a turn of the event loop after its caller does. */
async function newCommits(): Promise<Commit[]> {
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return commits.splice(0);
}

const seen = { runs: 0, changed: 0, invalidated: 0 };

async function play(program: Program): Promise<void> {
  await pushed.reset({ '': program.own.json, keep: program.keep.json });
  await newCommits();
  const known: Known = { ids: {}, cursors: {} };
  let live: Subscription[] = [];
  for (const step of program.steps) {
    if (step.kind === 'query') {
      live.push(await subscribed(step, structuredClone(known)));
      continue;
    }
    if (step.kind === 'action') continue;
    const { result } = await pushed.engine.runMutation(call('run:write', step, known));
    if (result.kind === 'success') {
      const ran = result.value as unknown as Ran;
      Object.assign(known.ids, ran.ids);
      Object.assign(known.cursors, ran.cursors);
    }
    live = await checked(live, await newCommits(), program.seed);
  }
}

async function checked(
  live: readonly Subscription[],
  made: readonly Commit[],
  seed: number,
): Promise<Subscription[]> {
  const next: Subscription[] = [];
  for (const old of live) {
    const isInvalidated = made.some((commit) => old.reads.overlaps(commit));
    const fresh = await subscribed(old.step, old.known);
    const isChanged = fresh.result !== old.result;
    seen.runs += 1;
    if (isChanged) seen.changed += 1;
    if (isInvalidated) seen.invalidated += 1;
    if (isChanged && !isInvalidated) {
      // Only now: most runs have nothing to tell.
      expect.fail(`REACTIVITY_SEED=${seed}: stale ${JSON.stringify(old.step)}`);
    }
    // A query that was not invalidated keeps the read set it has.
    next.push(isInvalidated ? fresh : old);
  }
  return next;
}

it(`no query of ${seeds} random programs changes without being invalidated`, async () => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    await play(programOf(seed, { ranked: true, steps: 30 }));
  }
  console.info(`reactivity: ${JSON.stringify(seen)}`);
  expect(seen.changed).toBeGreaterThan(seeds);
  // Exact enough to be of use: most of what is invalidated did change, or nearly.
  expect(seen.invalidated).toBeLessThan(seen.runs);
}, 3_600_000);
