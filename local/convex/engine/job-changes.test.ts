import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../store/contract';
import { openStore } from '../store/open-store';
import { JobChanges, jobState } from './job-changes';
import type { LiveFunction } from './live-code';

const dayMs = 24 * 60 * 60 * 1000;
let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convex-jobs-'));
  store = openStore({ folder });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

// What scheduling reads of a function.
const fn = { kind: 'mutation', path: 'm:f', component: { path: '' } } as LiveFunction;
const job = { owner: '', fn, argsJson: '{}', scheduledTimeMs: 0 };

async function scheduleAndEnd(nowMs: number): Promise<string> {
  const { value } = await store.write((tx) => {
    const jobs = new JobChanges();
    const id = jobs.schedule(tx, job);
    jobs.end(tx, { owner: '', id }, { kind: 'success' }, nowMs);
    return id;
  });
  return value;
}

const stateOf = async (id: string) => (await store.read((tx) => jobState(tx, '', id))).value;

it('the document of an ended job stays for seven days, and goes with a later end', async () => {
  const id = await scheduleAndEnd(1000 * dayMs);
  await scheduleAndEnd(1006 * dayMs);
  expect(await stateOf(id)).toEqual({ kind: 'success' });
  await scheduleAndEnd(1008 * dayMs);
  expect(await stateOf(id)).toBeUndefined();
});

it('a transaction schedules a thousand functions and no more', async () => {
  const tooMany = store.write((tx) => {
    const jobs = new JobChanges();
    for (let i = 0; i <= 1000; i += 1) jobs.schedule(tx, job);
  });
  await expect(tooMany).rejects.toThrow(
    'Too many functions scheduled by this mutation (limit: 1000)',
  );
});

it('cancelling ends a pending job once, and refuses what is no job', async () => {
  const { value: id } = await store.write((tx) => {
    const jobs = new JobChanges();
    const made = jobs.schedule(tx, job);
    jobs.cancel(tx, '', made);
    jobs.cancel(tx, '', made);
    expect(jobs.changes().map(({ kind }) => kind)).toEqual(['put', 'gone']);
    return made;
  });
  expect(await stateOf(id)).toEqual({ kind: 'canceled' });
  const other = store.write((tx) => new JobChanges().cancel(tx, '', 'nonsense'));
  await expect(other).rejects.toThrow('no scheduled function with the id "nonsense"');
});
