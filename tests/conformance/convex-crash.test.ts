import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findIndexFaults } from '../../local/convex/store/index-check';
import { openStore } from '../../local/convex/store/open-store';
import { fullScan, temporaryFolder } from '../../local/convex/store/test-store';
import type { PageRequest, Store } from '../../local/convex/store/contract';
import type { JsonObject } from '../../local/convex/values/value';
import { savedPush } from '../fixtures/convex-saved-push';
import { appDir, ConvexWorld } from '../fixtures/convex-servers/world';
import { buildChild, runCampaign } from '../support/crash/campaign';
import { jobCounters, requestOf, sharedCounters } from '../support/crash/requests';
import { random as seededRandom } from '../support/random';

/** `CRASHES=5000 SEED=7` for a campaign by hand. */
const crashes = Number(process.env.CRASHES ?? 60);
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** A data folder with the servers' fixture pushed. */
async function pushedFolder(): Promise<string> {
  const folder = join(temporaryFolder(), 'data');
  const saved = await savedPush('servers', appDir);
  if (await saved.load(folder)) return folder;
  await (await ConvexWorld.start()).stop();
  if (await saved.load(folder)) return folder;
  throw new Error('The push was not saved.');
}

/** Page by page: what one transaction may read has an end. */
async function everyDocument(store: Store, table: string): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (let cursor: string | null = null; ;) {
    const page: PageRequest = { query: fullScan(table), cursor, pageSize: 100 };
    const { value } = await store.read((tx) => tx.namespace('', { system: true }).queryPage(page));
    all.push(...value.page.map((text) => JSON.parse(text) as JsonObject));
    if (value.isDone) return all;
    cursor = value.continueCursor;
  }
}

it(
  `loses nothing and repeats nothing over ${crashes} crashes (seed ${seed})`,
  async () => {
    const folder = await pushedFolder();
    const child = await buildChild();
    onTestFinished(child.remove);
    const { file } = child;
    const inspect = (crash: number) => {
      expect(findIndexFaults(folder), `after crash ${crash}`).toEqual([]);
    };
    const random = seededRandom(seed);
    const result = await runCampaign({ file, folder, crashes, random, inspect });

    // Every request was answered in the end, and a repeated one never otherwise than at first.
    expect(result.changedAnswers).toEqual([]);
    expect(result.answers.size).toBe(result.sent);
    expect(findIndexFaults(folder)).toEqual([]);

    const store = openStore({ folder });
    onTestFinished(() => store.close());
    const value = {
      counters: await everyDocument(store, 'counters'),
      notes: await everyDocument(store, 'notes'),
      jobs: await everyDocument(store, '_scheduled_functions'),
    };
    const count = new Map(value.counters.map(({ name, n }) => [name as string, n as number]));
    expect(count.size, 'one row per counter').toBe(value.counters.length);

    const numbers = Array.from({ length: result.sent }, (_, number) => number);
    const requestsTo = (path: string) =>
      numbers.filter((number) => requestOf(number).path === path);
    // Increments: each answered with a count of its own, 1 to n, and n is what is there.
    for (let i = 0; i < sharedCounters; i += 1) {
      const name = `shared${i}`;
      const mine = requestsTo('counters:increment').filter(
        (number) => (requestOf(number).args as { name: string }).name === name,
      );
      const answers = mine.map((number) => Number(result.answers.get(number)));
      expect(answers.toSorted((a, b) => a - b)).toEqual(mine.map((_, at) => at + 1));
      expect(count.get(name) ?? 0).toBe(mine.length);
    }
    // Notes: one each, under the id that was answered.
    const noteIds = requestsTo('notes:add').map((number) => result.answers.get(number) as string);
    expect(value.notes).toHaveLength(noteIds.length);
    expect(new Set(value.notes.map(({ _id }) => _id as string))).toEqual(new Set(noteIds));

    // Scheduled mutations: exactly once, with their effects. Actions: at most once; one that was
    // under way when the process ended has failed.
    const wrong: string[] = [];
    for (const scheduled of numbers.map(jobCounters)) {
      for (const name of scheduled?.names ?? []) {
        const times = count.get(name) ?? 0;
        const isRight = times === 1 || (times === 0 && scheduled?.kind === 'action');
        if (!isRight) wrong.push(`${name} ran ${times} times`);
      }
    }
    for (const { name, args, state } of value.jobs) {
      const [{ name: counter }] = args as [{ name: string }];
      const { kind } = state as { kind: string };
      const isAction = name === 'jobs:bumpByAction';
      const isRight = kind === 'success' ? count.get(counter) === 1 : kind === 'failed' && isAction;
      if (!isRight) wrong.push(`the job of ${counter} is ${kind}`);
    }
    expect(wrong).toEqual([]);
  },
  60_000 + crashes * 5_000,
);
