import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { maintenanceBatch, syncChangesKeptMs, syncDetailsKeptMs } from '../../convex/model/limits';
import { deleteClerkUser } from '../../convex/model/deleteClerkUser';
import { arrive, disconnectWorld, internal } from '../support/convex-world';
import { rawUser } from '../support/fake-clerk';
import { populate, sync, type SyncWorld, syncWorld } from '../support/sync-world';

let world: SyncWorld;
beforeEach(async () => {
  world = syncWorld();
  await arrive(world.t, 'boss', 'superadmin');
  world.clerk.users.set('boss', rawUser('boss', { public_metadata: { role: 'superadmin' } }));
});
afterEach(disconnectWorld);

const tables = ['syncRuns', 'syncChanges', 'syncErrors', 'syncMissing'] as const;

async function counts() {
  return await world.t.run(async (ctx) => {
    const rows = await Promise.all(tables.map((table) => ctx.db.query(table).collect()));
    return Object.fromEntries(tables.map((table, i) => [table, rows[i]?.length]));
  });
}

async function prune() {
  await world.t.mutation(internal.adminSync.prune, {});
  await world.t.finishAllScheduledFunctions(vi.runAllTimers);
}

/** A run with a failed record and a missing person, a dry run with changes. */
async function runs() {
  const { t, clerk } = world;
  populate(clerk, 3);
  await sync(t);
  clerk.users.delete('p00001');
  clerk.users.set('bad', { ...rawUser('bad'), updated_at: null } as never);
  populate(clerk, 5, 'q');
  await sync(t, { mode: 'dryRun' });
}

test('A5, B5: diffs of dry runs go after a week, other details after three months, runs never', async () => {
  await runs();
  const all = await counts();
  expect(all).toEqual({ syncRuns: 2, syncChanges: 5, syncErrors: 1, syncMissing: 1 });
  await prune();
  expect(await counts()).toEqual(all);
  vi.setSystemTime(Date.now() + syncChangesKeptMs + 1);
  await prune();
  expect(await counts()).toEqual({ ...all, syncChanges: 0 });
  vi.setSystemTime(Date.now() + syncDetailsKeptMs + 1);
  await prune();
  expect(await counts()).toEqual({ syncRuns: 2, syncChanges: 0, syncErrors: 0, syncMissing: 0 });
});

test('whom a sweep deactivated stays noted until given back; more than one batch goes', async () => {
  await runs();
  await world.t.run(async (ctx) => {
    const row = await ctx.db.query('syncMissing').first();
    if (row === null) throw new Error('nobody is missing');
    const { _id, _creationTime, ...fields } = row;
    await ctx.db.patch('syncMissing', _id, { state: 'swept' });
    for (let n = 0; n <= maintenanceBatch; n++) await ctx.db.insert('syncMissing', fields);
  });
  vi.setSystemTime(Date.now() + syncDetailsKeptMs + 1);
  await prune();
  expect(await counts()).toMatchObject({ syncMissing: 1 });
});

test('B5: what dry runs wrote down of a person goes the moment the person is erased', async () => {
  const { t, clerk } = world;
  await runs();
  clerk.users.set('boss', rawUser('boss', { first_name: 'Other', updated_at: Date.now() }));
  for (let n = 0; n < 3; n++) await sync(t, { mode: 'dryRun' });
  const about = async (id: string) =>
    await t.run(async (ctx) => {
      const changes = await ctx.db.query('syncChanges').collect();
      return changes.filter(({ externalId }) => externalId === id).length;
    });
  expect(await about('q00001')).toBe(4);
  await t.run(async (ctx) => {
    const cause = { actor: 'clerk', source: 'clerk' as const, correlationId: 'c', now: 1 };
    await deleteClerkUser(ctx, 'q00001', cause, 'erase');
    await deleteClerkUser(ctx, 'q00002', cause, 'tombstone');
  });
  expect(await about('q00001')).toBe(0);
  expect(await about('q00002')).toBe(4);
  // Nor do later runs write anything down.
  await sync(t, { mode: 'dryRun' });
  expect(await about('q00001')).toBe(0);
});
