import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  arrive,
  auditActions,
  changeRow,
  deliver,
  disconnectWorld,
  internal,
  rowOf,
  rowsOf,
} from '../support/convex-world';
import { envelope } from '../support/fake-clerk';
import { populate, sync, type SyncWorld, syncWorld } from '../support/sync-world';

let world: SyncWorld;
beforeEach(() => {
  world = syncWorld();
});
afterEach(disconnectWorld);

async function changesOf(runId: Awaited<ReturnType<typeof sync>>['_id']) {
  const paginationOpts = { numItems: 100, cursor: null };
  return (await world.t.query(internal.adminSync.changes, { runId, paginationOpts })).page;
}

test('A3: a dry run says who would change, field by field, and changes nobody', async () => {
  const { t, clerk } = world;
  populate(clerk, 4);
  await sync(t);
  clerk.rename('p00001', 'Bea');
  clerk.edit('p00002', { role: 'admin' });
  clerk.edit('p00003', { role: 'czar' });
  populate(clerk, 1, 'q');
  const rows = await t.run(async (ctx) => await ctx.db.query('users').collect());
  const run = await sync(t, { mode: 'dryRun' });
  expect(run.tallies.users).toMatchObject({ added: 1, updated: 3, unchanged: 1 });
  expect(run.planHash).toMatch(/^[0-9a-f]{16}$/);
  const byId = new Map((await changesOf(run._id)).map((change) => [change.externalId, change]));
  expect(byId.get('p00001')?.fields).toEqual([
    expect.objectContaining({ field: 'firstName', before: 'Ann', after: 'Bea', wins: 'clerk' }),
  ]);
  expect(byId.get('p00002')?.fields).toContainEqual(
    expect.objectContaining({ field: 'role', before: 'staff', after: 'admin', wins: 'clerk' }),
  );
  expect(byId.get('p00003')?.fields).toContainEqual(
    expect.objectContaining({ field: 'role', after: 'czar', wins: 'rollcall' }),
  );
  expect(byId.get('q00000')).toMatchObject({ change: 'create' });
  expect(await t.run(async (ctx) => await ctx.db.query('users').collect())).toEqual(rows);
  expect((await auditActions(t)).slice(-2)).toEqual(['sync.started', 'sync.completed']);
});

test('the plan of a dry run is what a real run then does, and its hash says so', async () => {
  const { t, clerk } = world;
  populate(clerk, 30);
  await arrive(t, 'p00003');
  const plan = await sync(t, { mode: 'dryRun' });
  const again = await sync(t, { mode: 'dryRun' });
  expect(again.planHash).toBe(plan.planHash);
  const run = await sync(t, { planHash: plan.planHash });
  expect(run.status).toBe('completed');
  expect(run.tallies.users).toEqual(plan.tallies.users);
  expect((await sync(t, { mode: 'dryRun' })).tallies.users).toMatchObject({ added: 0, updated: 0 });
});

test.each(['in Clerk', 'here', 'in what was asked for'])(
  'a plan is refused when the world moved %s, and nothing is written',
  async (where) => {
    const { t, clerk } = world;
    populate(clerk, 6);
    await deliver(t, envelope('user.created', clerk.users.get('p00002')));
    clerk.rename('p00002', 'Bea');
    const plan = await sync(t, { mode: 'dryRun' });
    if (where === 'in Clerk') clerk.rename('p00002', 'Cleo');
    if (where === 'here') await changeRow(t, 'p00002', { role: 'admin', roleRev: 1 });
    const scope = where === 'in what was asked for' ? { only: 'users' as const } : {};
    const run = await sync(t, { planHash: plan.planHash, ...scope });
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'PLAN_CHANGED' } });
    expect(await rowsOf(t, 'p00000')).toEqual([]);
    expect(await rowOf(t, 'p00002')).toMatchObject({ firstName: 'Ann' });
  },
);

test('what moves between the check and the write is left alone and named', async () => {
  const { t, clerk, lists } = world;
  populate(clerk, 6);
  const plan = await sync(t, { mode: 'dryRun' });
  let lastPages = 0;
  lists.intercept = ({ path, query }) => {
    if (path !== '/v1/users' || query.has('starting_after')) return undefined;
    lastPages += 1;
    // The second reading is the one that is applied.
    if (lastPages === 2) clerk.rename('p00004', 'Cleo');
    if (lastPages !== 2) return undefined;
    return Response.json([...clerk.users.values()]);
  };
  const run = await sync(t, { planHash: plan.planHash });
  expect(run.tallies.users).toMatchObject({ added: 5, moved: 1 });
  expect(await rowsOf(t, 'p00004')).toEqual([]);
});
