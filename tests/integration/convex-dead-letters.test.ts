import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Role } from '../../src/shared/roles';
import { rawUser, type FakeClerk } from '../support/fake-clerk';
import {
  api,
  as,
  auditEntries,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  deliverAll,
  disconnectWorld,
  drainOutbox,
  intentsOf,
  internal,
  rowOf,
  verifyAudit,
} from '../support/convex-world';

const page = { paginationOpts: { numItems: 10, cursor: null } };
const dayMs = 86_400_000;

let t: ConvexWorld;
let clerk: FakeClerk;
beforeEach(async () => {
  ({ t, clerk } = connectedWorld());
  clerk.create(rawUser('boss', { public_metadata: { role: 'superadmin' } }));
  clerk.create(rawUser('ann'));
  await deliverAll(t, clerk);
});
afterEach(disconnectWorld);

async function setRole(role: Role) {
  const { _id: userId } = await rowOf(t, 'ann');
  return await as(t, 'boss').mutation(api.users.updateRole, { userId, role });
}

async function deadLetters() {
  return (await as(t, 'boss').query(api.outbox.deadLetters, page)).page;
}

async function settle(): Promise<void> {
  await drainOutbox(t);
  await deliverAll(t, clerk);
}

async function dismiss() {
  const { _id: userId } = await rowOf(t, 'ann');
  return await as(t, 'boss').mutation(api.users.dismissPush, { userId });
}

describe('C8: dead letters, with Retry and Dismiss', () => {
  beforeEach(async () => {
    clerk.faults.push({ status: 422 });
    await setRole('admin');
    await settle();
  });

  test('a push given up on is listed with its reason, and stays listed', async () => {
    expect(await deadLetters()).toMatchObject([
      {
        userName: 'Ann Lee',
        kind: 'role',
        role: 'admin',
        attempts: 1,
        reason: expect.stringContaining('422'),
      },
    ]);
    vi.setSystemTime(Date.now() + 60 * dayMs);
    await t.mutation(internal.maintenance.pruneIntents, {});
    expect(await deadLetters()).toHaveLength(1);
  });

  test('Retry sends it again and takes it off the list', async () => {
    const { _id: userId } = await rowOf(t, 'ann');
    await as(t, 'boss').mutation(api.users.retryPush, { userId });
    expect(await deadLetters()).toEqual([]);
    await settle();
    expect(clerk.role('ann')).toBe('admin');
  });

  test('Dismiss closes it, audited; ours stands, marked until Clerk agrees', async () => {
    expect(await dismiss()).toMatchObject({ role: 'admin', push: { state: 'differs' } });
    expect(await deadLetters()).toEqual([]);
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      action: 'push.dismissed',
      actor: 'user:boss',
      before: { kinds: ['role'], state: 'failed' },
      after: { role: 'admin' },
    });
    expect(await codeOf(dismiss())).toBe('NOTHING_TO_DISMISS');
    clerk.rename('ann', 'Anna');
    await settle();
    expect(await rowOf(t, 'ann')).toMatchObject({ role: 'admin', push: { state: 'differs' } });
    clerk.edit('ann', { role: 'admin' });
    await settle();
    expect(await rowOf(t, 'ann')).toMatchObject({ role: 'admin', push: { state: 'synced' } });
    await verifyAudit(t);
  });

  test('a dismissed one can still be retried, and a new decision replaces it', async () => {
    const { _id: userId } = await dismiss();
    await as(t, 'boss').mutation(api.users.retryPush, { userId });
    await settle();
    expect(await rowOf(t, 'ann')).toMatchObject({ push: { state: 'synced' } });
    expect(clerk.role('ann')).toBe('admin');
  });

  test('Clerk agreeing by itself takes a dead letter off the list', async () => {
    clerk.edit('ann', { role: 'admin' });
    await settle();
    expect(await deadLetters()).toEqual([]);
    expect((await intentsOf(t)).map(({ state }) => state)).toEqual(['done']);
  });

  test('a deletion in Clerk takes it off the list', async () => {
    clerk.delete('ann');
    await settle();
    expect(await deadLetters()).toEqual([]);
    expect(await codeOf(dismiss())).toBe('NOTHING_TO_DISMISS');
  });
});

test('role, access and name given up on are dismissed together', async () => {
  const { _id: userId } = await rowOf(t, 'ann');
  clerk.faults.push({ status: 422 }, { status: 402 }, { status: 422 });
  await setRole('admin');
  await as(t, 'boss').mutation(api.users.deactivate, { userId });
  await as(t, 'boss').mutation(api.users.updateName, { userId, firstName: 'A', lastName: 'B' });
  await settle();
  expect(await deadLetters()).toHaveLength(3);
  expect(await dismiss()).toMatchObject({
    isActive: false,
    push: { state: 'differs' },
    access: { state: 'differs' },
    nameEdit: { state: 'differs' },
  });
  const { pushes } = await as(t, 'boss').query(api.users.stats, {});
  expect(pushes).toEqual({ pending: 0, failed: 0 });
  clerk.setBanned('ann', true);
  await settle();
  expect(await rowOf(t, 'ann')).toMatchObject({ access: { state: 'synced' } });
});

test('rule 10: of one person at most nine updates go to Clerk within ten seconds', async () => {
  for (let i = 0; i < 30; i++) {
    await setRole(i % 2 === 0 ? 'admin' : 'staff');
    for (const { _id } of await intentsOf(t, 'queued')) {
      await t.action(internal.outbox.push, { intentId: _id });
    }
    vi.setSystemTime(Date.now() + 300);
  }
  expect(clerk.requests.filter(({ method }) => method === 'PATCH').length).toBeLessThanOrEqual(9);
  for (let i = 0; i < 3; i++) {
    vi.setSystemTime(Date.now() + 10_000);
    await settle();
  }
  expect(clerk.role('ann')).toBe('staff');
});

describe('alarms', () => {
  beforeEach(async () => {
    for (const id of ['boss']) clerk.edit(id, { role: 'staff' });
    await deliverAll(t, clerk);
  });

  test('a quarantined edit is an open alarm until somebody acknowledges it, audited', async () => {
    const boss = as(t, 'boss');
    expect(await boss.query(api.alarms.count, {})).toEqual({ open: 1, more: false });
    const [alarm] = (await boss.query(api.alarms.list, page)).page;
    expect(alarm).toMatchObject({
      action: 'role.externalQuarantined',
      target: 'user:boss',
      facts: { refused: 'staff' },
    });
    const alarmIds = alarm === undefined ? [] : [alarm._id];
    expect(await boss.mutation(api.alarms.acknowledge, { alarmIds })).toEqual({ acknowledged: 1 });
    expect(await boss.mutation(api.alarms.acknowledge, { alarmIds })).toEqual({ acknowledged: 0 });
    expect(await boss.query(api.alarms.count, {})).toEqual({ open: 0, more: false });
    const all = await boss.query(api.alarms.list, { ...page, acknowledged: true });
    expect(all.page).toMatchObject([{ acknowledgedBy: 'user:boss' }]);
    expect(
      (await auditEntries(t)).filter(({ action }) => action === 'alarms.acknowledged'),
    ).toMatchObject([{ after: { entries: [String(alarm?.seq)] } }]);
    await verifyAudit(t);
    vi.setSystemTime(Date.now() + 91 * dayMs);
    expect(await t.mutation(internal.maintenance.pruneAlarms, {})).toMatchObject({ alarms: 1 });
  });

  test('nothing, too many and unknown ones are refused', async () => {
    const [alarm] = (await as(t, 'boss').query(api.alarms.list, page)).page;
    if (alarm === undefined) throw new Error('no alarm');
    const acknowledge = async (alarmIds: (typeof alarm._id)[]) =>
      await codeOf(as(t, 'boss').mutation(api.alarms.acknowledge, { alarmIds }));
    expect(await acknowledge([])).toBe('INVALID_INPUT');
    expect(await acknowledge(Array(101).fill(alarm._id))).toBe('INVALID_INPUT');
    await t.run(async ({ db }) => await db.delete('alarms', alarm._id));
    expect(await acknowledge([alarm._id])).toBe('ALARM_NOT_FOUND');
  });
});
