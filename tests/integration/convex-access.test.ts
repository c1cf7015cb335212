import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Role } from '../../src/shared/roles';
import { rawUser, type FakeClerk } from '../support/fake-clerk';
import {
  api,
  as,
  auditActions,
  auditEntries,
  changeRow,
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

let t: ConvexWorld;
let clerk: FakeClerk;
beforeEach(async () => {
  ({ t, clerk } = connectedWorld());
  await people({ boss: 'superadmin', admin: 'admin', ann: 'staff' });
});
afterEach(disconnectWorld);

async function people(roles: Record<string, Role>): Promise<void> {
  for (const [id, role] of Object.entries(roles)) {
    clerk.create(rawUser(id, { public_metadata: { role } }));
  }
  await deliverAll(t, clerk);
}

async function set(by: string, verb: 'deactivate' | 'reactivate', id: string) {
  const { _id } = await rowOf(t, id);
  return await as(t, by).mutation(api.users[verb], { userId: _id });
}

const banned = (id: string) => clerk.users.get(id)?.banned;
const requests = () =>
  clerk.requests.filter(({ method }) => method !== 'GET').map(({ path }) => path);

/** Both sides come to rest: pushes, then their echoes. */
async function settle(): Promise<void> {
  await drainOutbox(t);
  await deliverAll(t, clerk);
}

describe('D2, rule 9, pain 12: deactivation cuts access at once', () => {
  test('the next call and every live query find nobody; Clerk is banned after', async () => {
    const ann = as(t, 'ann');
    await ann.query(api.users.stats, {});
    const changed = await set('boss', 'deactivate', 'ann');
    expect(changed).toMatchObject({
      isActive: false,
      state: 'deactivated',
      access: { state: 'pending' },
    });
    expect(banned('ann')).toBe(false);
    expect(await codeOf(ann.query(api.users.stats, {}))).toBe('ACCOUNT_INACTIVE');
    expect(await codeOf(ann.mutation(api.users.store, {}))).toBe('ACCOUNT_INACTIVE');
    expect(await ann.query(api.users.getUserRole, {})).toBeNull();
    await settle();
    expect(banned('ann')).toBe(true);
    expect(requests()).toEqual(['/v1/users/ann/ban']);
    expect(await rowOf(t, 'ann')).toMatchObject({
      isActive: false,
      access: { state: 'synced' },
      clerk: { banned: true },
    });
  });

  test('reactivation lets in at once, then unbans; the role stays', async () => {
    await set('boss', 'deactivate', 'admin');
    await settle();
    await set('boss', 'reactivate', 'admin');
    expect(await as(t, 'admin').query(api.users.getUserRole, {})).toBe('admin');
    await settle();
    expect(banned('admin')).toBe(false);
    expect(await rowOf(t, 'admin')).toMatchObject({ state: 'active', access: { state: 'synced' } });
    expect(await auditActions(t)).toEqual(
      expect.arrayContaining(['user.deactivated', 'user.reactivated']),
    );
    await verifyAudit(t);
  });

  test('Clerk answering 402: the cut stands and the row says why', async () => {
    clerk.faults.push({ status: 402 });
    await set('boss', 'deactivate', 'ann');
    await settle();
    const row = await rowOf(t, 'ann');
    expect(row).toMatchObject({ isActive: false, access: { state: 'failed' } });
    expect(row.access?.reason).toContain('402');
    expect(await codeOf(as(t, 'ann').query(api.users.stats, {}))).toBe('ACCOUNT_INACTIVE');
    expect((await auditEntries(t)).filter(({ alarm }) => alarm)).toMatchObject([
      { action: 'access.pushFailed', after: { kind: 'ban' } },
    ]);
    const { pushes } = await as(t, 'boss').query(api.users.stats, {});
    expect(pushes).toEqual({ pending: 0, failed: 1 });
  });

  test('an outage of Clerk: the cut stands, the ban follows once Clerk is back', async () => {
    clerk.faults.push({ status: 503 }, { status: 429, retryAfterS: 7 });
    await set('boss', 'deactivate', 'ann');
    await settle();
    expect(await rowOf(t, 'ann')).toMatchObject({
      isActive: false,
      access: { state: 'pending', reason: 'Clerk is in trouble (503)' },
    });
    for (const waitMs of [1_000, 7_000]) {
      vi.setSystemTime(Date.now() + waitMs);
      await settle();
    }
    expect(banned('ann')).toBe(true);
    expect((await rowOf(t, 'ann')).access).toEqual({ state: 'synced', rev: 1 });
  });

  test('a retry sends it once more, and there is nothing to retry once it arrived', async () => {
    clerk.faults.push({ status: 402 });
    const { _id: userId } = await set('boss', 'deactivate', 'ann');
    await settle();
    await as(t, 'boss').mutation(api.users.retryPush, { userId });
    await settle();
    expect(banned('ann')).toBe(true);
    expect(await codeOf(as(t, 'boss').mutation(api.users.retryPush, { userId }))).toBe(
      'NOTHING_TO_RETRY',
    );
  });

  test('changing one’s mind before the push: only the last decision goes out', async () => {
    await set('boss', 'deactivate', 'ann');
    await set('boss', 'reactivate', 'ann');
    await set('boss', 'deactivate', 'ann');
    await settle();
    expect(requests()).toEqual(['/v1/users/ann/ban']);
    expect((await intentsOf(t)).map(({ state }) => state).sort()).toEqual([
      'done',
      'superseded',
      'superseded',
    ]);
  });

  test('rule 10: a role and a ban of one person go out one after the other, both arrive', async () => {
    const { _id: userId } = await rowOf(t, 'ann');
    await as(t, 'boss').mutation(api.users.updateRole, { userId, role: 'admin' });
    await set('boss', 'deactivate', 'ann');
    let release = () => {};
    clerk.hold = new Promise((resolve) => (release = resolve));
    const queued = await intentsOf(t, 'queued');
    const runs = queued.map(({ _id }) => t.action(internal.outbox.push, { intentId: _id }));
    // The one that finds the other in flight ends at once.
    await Promise.race(runs);
    release();
    await Promise.all(runs);
    clerk.hold = undefined;
    await settle();
    expect(clerk.mostInFlight).toBe(1);
    expect(banned('ann')).toBe(true);
    expect(clerk.role('ann')).toBe('admin');
    expect(await rowOf(t, 'ann')).toMatchObject({
      push: { state: 'synced' },
      access: { state: 'synced' },
    });
  });
});

describe('rules 7 and 8: who may, and whom', () => {
  test('nobody themselves; admins people below them only; the deleted not at all', async () => {
    await people({ peer: 'admin', bob: 'staff' });
    for (const verb of ['deactivate', 'reactivate'] as const) {
      expect(await codeOf(set('boss', verb, 'boss'))).toBe('SELF_CHANGE');
      expect(await codeOf(set('admin', verb, 'peer'))).toBe('FORBIDDEN');
      expect(await codeOf(set('admin', verb, 'boss'))).toBe('FORBIDDEN');
      expect(await codeOf(set('bob', verb, 'peer'))).toBe('FORBIDDEN');
      expect(await codeOf(set('admin', verb, 'ann'))).toBe('no error');
    }
    await changeRow(t, 'ann', { isActive: false, deletedAt: 1 });
    expect(await codeOf(set('boss', 'reactivate', 'ann'))).toBe('USER_DELETED');
  });

  test('pain 10: the last active superadmin stays, whoever asks', async () => {
    const attempt = t.mutation(internal.admin.deactivate, { idOrEmail: 'boss' });
    expect(await codeOf(attempt)).toBe('LAST_OWNER');
    await people({ second: 'superadmin' });
    const codes = await Promise.all([
      codeOf(set('boss', 'deactivate', 'second')),
      codeOf(set('second', 'deactivate', 'boss')),
    ]);
    expect(codes.sort()).toEqual(['ACCOUNT_INACTIVE', 'no error']);
    expect(
      await codeOf(t.mutation(internal.admin.promote, { email: 'second@rollcall.test' })),
    ).toBe('ACCOUNT_INACTIVE');
  });

  test('a deactivated superadmin counts as none; coming back releases a held deletion', async () => {
    await people({ second: 'superadmin' });
    await set('boss', 'deactivate', 'second');
    clerk.delete('boss');
    await deliverAll(t, clerk);
    expect((await rowOf(t, 'boss')).heldDeletionAt).toBeDefined();
    await t.mutation(internal.admin.reactivate, { idOrEmail: 'second' });
    expect(await rowOf(t, 'second')).toMatchObject({ state: 'active', role: 'superadmin' });
    expect((await rowOf(t, 'boss')).state).toBe('deleted');
  });
});

describe('D2: deleting a person', () => {
  async function remove(by: string, id: string) {
    const { _id } = await rowOf(t, id);
    return await as(t, by).mutation(api.users.remove, { userId: _id });
  }

  test('a tombstone at once, then gone from Clerk, and nothing brings them back', async () => {
    const { _id: userId } = await rowOf(t, 'ann');
    await as(t, 'boss').mutation(api.users.updateRole, { userId, role: 'admin' });
    expect(await remove('boss', 'ann')).toMatchObject({
      state: 'deleted',
      access: { state: 'pending' },
    });
    expect(await codeOf(as(t, 'ann').query(api.users.stats, {}))).toBe('ACCOUNT_INACTIVE');
    expect(await codeOf(as(t, 'ann').mutation(api.users.store, {}))).toBe('ACCOUNT_INACTIVE');
    clerk.rename('ann', 'Late');
    await deliverAll(t, clerk);
    await settle();
    expect(clerk.users.has('ann')).toBe(false);
    expect(requests()).toEqual(['/v1/users/ann']);
    expect(await rowOf(t, 'ann')).toMatchObject({ state: 'deleted', access: { state: 'synced' } });
    expect(await codeOf(set('boss', 'reactivate', 'ann'))).toBe('USER_DELETED');
    const entries = await auditEntries(t);
    expect(entries.filter(({ action }) => action === 'user.deleted')).toMatchObject([
      { actor: 'user:boss', source: 'console' },
    ]);
    await verifyAudit(t);
  });

  test('whom Clerk has deleted already is deleted', async () => {
    await remove('boss', 'ann');
    clerk.users.delete('ann');
    await settle();
    expect((await rowOf(t, 'ann')).access).toEqual({ state: 'synced', rev: 1 });
  });

  test('Clerk refusing: the person stays deleted here, the row says why, a retry sends it again', async () => {
    clerk.faults.push({ status: 403 });
    const { _id: userId } = await remove('boss', 'ann');
    await settle();
    expect(await rowOf(t, 'ann')).toMatchObject({ state: 'deleted', access: { state: 'failed' } });
    await as(t, 'boss').mutation(api.users.retryPush, { userId });
    await settle();
    expect(clerk.users.has('ann')).toBe(false);
    expect(await codeOf(as(t, 'boss').mutation(api.users.retryPush, { userId }))).toBe(
      'USER_DELETED',
    );
  });

  test('rule 10: it waits for a ban under way and goes out after it', async () => {
    await set('boss', 'deactivate', 'ann');
    let release = () => {};
    clerk.hold = new Promise((resolve) => (release = resolve));
    const [ban] = await intentsOf(t, 'queued');
    if (ban === undefined) throw new Error('no ban is queued');
    const run = t.action(internal.outbox.push, { intentId: ban._id });
    await vi.waitFor(() => expect(clerk.requests).toHaveLength(1));
    await remove('boss', 'ann');
    const [deletion] = await intentsOf(t, 'queued');
    if (deletion === undefined) throw new Error('no deletion is queued');
    await t.action(internal.outbox.push, { intentId: deletion._id });
    expect(clerk.requests).toHaveLength(1);
    release();
    await run;
    clerk.hold = undefined;
    await settle();
    expect(requests()).toEqual(['/v1/users/ann/ban', '/v1/users/ann']);
    const { pushes, byState } = await as(t, 'boss').query(api.users.stats, {});
    expect(pushes).toEqual({ pending: 0, failed: 0 });
    expect(byState.deleted).toBe(1);
  });

  test('pain 10: neither oneself nor the last active superadmin', async () => {
    expect(await codeOf(remove('boss', 'boss'))).toBe('SELF_CHANGE');
    const attempt = t.mutation(internal.admin.remove, { idOrEmail: 'boss' });
    expect(await codeOf(attempt)).toBe('LAST_OWNER');
    expect(await codeOf(remove('admin', 'ann'))).toBe('FORBIDDEN');
  });
});

describe('bans made in Clerk itself', () => {
  test('show on the row with an alarm and deactivate nobody silently', async () => {
    clerk.setBanned('ann', true);
    await deliverAll(t, clerk);
    expect(await rowOf(t, 'ann')).toMatchObject({ isActive: true, clerk: { banned: true } });
    expect((await auditEntries(t)).filter(({ alarm }) => alarm)).toMatchObject([
      { action: 'user.bannedInClerk', source: 'clerk', target: 'user:ann' },
    ]);
    expect(requests()).toEqual([]);
  });

  test('reactivating such a person unbans them in Clerk; deactivating accepts the ban', async () => {
    clerk.setBanned('ann', true);
    clerk.setBanned('admin', true);
    await deliverAll(t, clerk);
    await set('boss', 'reactivate', 'ann');
    await set('boss', 'deactivate', 'admin');
    await settle();
    expect(banned('ann')).toBe(false);
    expect(banned('admin')).toBe(true);
    expect((await rowOf(t, 'admin')).isActive).toBe(false);
  });

  test('an unban of a deactivated person shows, and lets nobody back in', async () => {
    await set('boss', 'deactivate', 'ann');
    await settle();
    clerk.setBanned('ann', false);
    await deliverAll(t, clerk);
    expect(await rowOf(t, 'ann')).toMatchObject({ isActive: false, access: { state: 'synced' } });
    expect((await rowOf(t, 'ann')).clerk.banned).toBeUndefined();
    expect(await codeOf(as(t, 'ann').query(api.users.stats, {}))).toBe('ACCOUNT_INACTIVE');
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      action: 'user.unbannedInClerk',
      alarm: true,
    });
    const { _id: userId } = await rowOf(t, 'ann');
    const retry = as(t, 'boss').mutation(api.users.retryPush, { userId });
    expect(await codeOf(retry)).toBe('NOTHING_TO_RETRY');
    await set('boss', 'deactivate', 'ann');
    await settle();
    expect(banned('ann')).toBe(true);
  });

  test('our own echo is no edit of somebody else', async () => {
    await set('boss', 'deactivate', 'ann');
    await settle();
    await set('boss', 'reactivate', 'ann');
    await settle();
    expect((await auditEntries(t)).filter(({ alarm }) => alarm)).toEqual([]);
    expect(requests()).toEqual(['/v1/users/ann/ban', '/v1/users/ann/unban']);
  });

  test('a lost ban that lands after the unban is overruled once, by another unban', async () => {
    clerk.faults.push({ status: 504 });
    await set('boss', 'deactivate', 'ann');
    await settle();
    await set('boss', 'reactivate', 'ann');
    await settle();
    expect(banned('ann')).toBe(false);
    clerk.setBanned('ann', true); // the request that was given up on arrives
    await deliverAll(t, clerk);
    await settle();
    expect(banned('ann')).toBe(false);
    expect(await auditActions(t)).toContain('access.pushOvertaken');
    clerk.setBanned('ann', true); // this time somebody means it
    await deliverAll(t, clerk);
    await settle();
    expect(banned('ann')).toBe(true);
    expect(await rowOf(t, 'ann')).toMatchObject({ isActive: true, clerk: { banned: true } });
  });
});
