import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sweepHoldMs } from '../../convex/model/limits';
import {
  api,
  as,
  auditEntries,
  changeRow,
  codeOf,
  disconnectWorld,
  internal,
  rowOf,
  verifyAudit,
} from '../support/convex-world';
import { rawUser } from '../support/fake-clerk';
import {
  ownedSyncWorld,
  populate,
  runOf,
  settled,
  sync,
  type SyncWorld,
} from '../support/sync-world';

let world: SyncWorld;
beforeEach(async () => {
  world = await ownedSyncWorld();
});
afterEach(disconnectWorld);

/** People who are here and whom Clerk has lost without a webhook. */
async function lose(count: number) {
  const { t, clerk } = world;
  populate(clerk, 20 + count);
  await sync(t);
  const lost = [...clerk.users.keys()].filter((id) => id.startsWith('p')).slice(-count);
  for (const id of lost) clerk.users.delete(id);
  return lost;
}

async function sweep(runId: Awaited<ReturnType<typeof sync>>['_id']) {
  return await as(world.t, 'boss').mutation(api.sync.sweep, { runId });
}

async function carryOut(sweepId: Awaited<ReturnType<typeof sweep>>) {
  vi.setSystemTime(Date.now() + sweepHoldMs);
  await settled(world.t.action(internal.sweepWork.sweep, { sweepId }));
}

describe('A7: a sync never deletes', () => {
  test('missing people are reported and left alone, each asked for by id', async () => {
    const [gone = ''] = await lose(2);
    const run = await sync(world.t);
    expect(run).toMatchObject({ unseen: 2, missing: 2 });
    expect(await rowOf(world.t, gone)).toMatchObject({ isActive: true, state: 'active' });
    const drift = (await as(world.t, 'boss').query(api.sync.status, {})).drift;
    expect(drift).toMatchObject({ users: 2 });
  });

  test('those whom Clerk has after all are not missing', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, 10);
    await sync(t);
    lists.intercept = ({ path, body }) =>
      path === '/v1/users' && Array.isArray(body)
        ? Response.json((body as { id: string }[]).filter(({ id }) => id !== 'p00004'))
        : undefined;
    expect(await sync(t)).toMatchObject({ unseen: 1, missing: 0 });
  });
});

describe('pain 6: the sweep', () => {
  test('waits, deactivates whom Clerk denies once more, and restoring is exact', async () => {
    const { t, clerk } = world;
    const [back = '', gone = '', busy = ''] = await lose(3);
    const before = await rowOf(t, gone);
    const run = await sync(t);
    const sweepId = await sweep(run._id);
    await settled(t.action(internal.sweepWork.sweep, { sweepId }));
    expect(await rowOf(t, gone)).toEqual(before);
    clerk.users.set(back, rawUser(back));
    vi.setSystemTime(Date.now() + 1_000);
    await changeRow(t, busy, { updatedAt: Date.now() });
    await carryOut(sweepId);
    expect((await runOf(t, run._id)).sweep).toMatchObject({ state: 'done', swept: 1, spared: 2 });
    expect(await rowOf(t, gone)).toMatchObject({ isActive: false, state: 'deactivated' });
    expect(await rowOf(t, back)).toMatchObject({ isActive: true });
    expect(await codeOf(as(t, gone).query(api.users.directory, page))).toBe('ACCOUNT_INACTIVE');
    await as(t, 'boss').mutation(api.sync.restoreSweep, { sweepId });
    expect(await rowOf(t, gone)).toEqual(before);
    const entries = (await auditEntries(t)).filter(({ target }) => target === `user:${gone}`);
    expect(entries.map(({ action }) => action).slice(-2)).toEqual(['user.swept', 'user.restored']);
    await verifyAudit(t);
  });

  test('more people than the brake lets through need a second superadmin', async () => {
    const { t } = world;
    const lost = await lose(7);
    const run = await sync(t);
    const sweepId = await sweep(run._id);
    expect((await runOf(t, run._id)).sweep).toMatchObject({
      state: 'awaitingConfirmation',
      limit: 5,
    });
    await carryOut(sweepId);
    expect(await rowOf(t, lost[0] ?? '')).toMatchObject({ isActive: true });
    const confirm = (who: string) => as(t, who).mutation(api.sync.confirmSweep, { sweepId });
    expect(await codeOf(confirm('boss'))).toBe('SECOND_CONFIRMATION');
    await confirm('second');
    await carryOut(sweepId);
    expect((await runOf(t, run._id)).sweep).toMatchObject({ state: 'done', swept: 7 });
  });

  test('the operator asks, and restores exactly; who asked for many does not confirm it', async () => {
    const { t } = world;
    const lost = await lose(7);
    const before = await rowOf(t, lost[0] ?? '');
    const run = await sync(t);
    const asked = await t.mutation(internal.adminSync.sweep, { runId: run._id });
    const { sweepId } = asked;
    expect(asked).toMatchObject({ state: 'awaitingConfirmation', people: 7 });
    const decide = (decision: 'confirm' | 'cancel' | 'restore') =>
      t.mutation(internal.adminSync.decideSweep, { sweepId, decision });
    expect(await codeOf(decide('confirm'))).toBe('SECOND_CONFIRMATION');
    await as(t, 'boss').mutation(api.sync.confirmSweep, { sweepId });
    await carryOut(sweepId);
    expect(await rowOf(t, lost[0] ?? '')).toMatchObject({ isActive: false });
    expect(await decide('restore')).toMatchObject({ state: 'restored', restored: 7 });
    expect(await rowOf(t, lost[0] ?? '')).toEqual(before);
    expect(await codeOf(decide('cancel'))).toBe('SYNC_ENDED');
    const asker = (await auditEntries(t)).find(
      ({ action }) => action === 'sweep.needsConfirmation',
    );
    expect(asker).toMatchObject({ actor: 'cli', source: 'cli' });
  });

  test('a cancelled one does nothing; another cannot be asked for meanwhile', async () => {
    const { t } = world;
    const [gone = ''] = await lose(1);
    const run = await sync(t);
    const sweepId = await sweep(run._id);
    expect(await codeOf(sweep(run._id))).toBe('SWEEP_REFUSED');
    await as(t, 'boss').mutation(api.sync.cancelSweep, { sweepId });
    await carryOut(sweepId);
    expect(await rowOf(t, gone)).toMatchObject({ isActive: true });
  });

  test('rests on nothing but a recent, whole list', async () => {
    const { t, clerk, lists } = world;
    await lose(1);
    expect(await codeOf(sweep((await sync(t, { only: 'organizations' }))._id))).toBe(
      'SWEEP_REFUSED',
    );
    const run = await sync(t);
    vi.setSystemTime(Date.now() + 2 * 60 * 60_000);
    expect(await codeOf(sweep(run._id))).toBe('SWEEP_REFUSED');
    lists.intercept = ({ path }) => (path === '/v1/users' ? Response.json([]) : undefined);
    expect(await codeOf(sweep((await sync(t))._id))).toBe('SWEEP_REFUSED');
    expect(clerk.users.size).toBeGreaterThan(0);
  });

  test('the last superadmin is spared', async () => {
    const { t, clerk } = world;
    clerk.users.delete('second');
    clerk.users.delete('boss');
    populate(clerk, 10);
    await changeRow(t, 'boss', { createdAt: 1_600_000_000_000 });
    await changeRow(t, 'second', { createdAt: 1_600_000_000_000 });
    const run = await sync(t);
    await carryOut(await sweep(run._id));
    const owners = await Promise.all(['boss', 'second'].map((id) => rowOf(t, id)));
    expect(owners.filter(({ isActive }) => isActive)).toHaveLength(1);
    expect((await runOf(t, run._id)).sweep).toMatchObject({ swept: 1, spared: 1 });
  });
});

const page = { paginationOpts: { numItems: 5, cursor: null } };
