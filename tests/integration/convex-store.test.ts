import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deleteClerkUser } from '../../convex/model/deleteClerkUser';
import { envelope, rawUser, type FakeClerk } from '../support/fake-clerk';
import {
  api,
  arrive,
  as,
  auditEntries,
  changeRow,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  deliver,
  disconnectWorld,
  internal,
  rowOf,
  rowsOf,
  startTime,
  verifyAudit,
} from '../support/convex-world';

let t: ConvexWorld;
let clerk: FakeClerk;
beforeEach(() => ({ t, clerk } = connectedWorld()));
afterEach(disconnectWorld);

const claims = { givenName: 'Ann', familyName: 'Lee', email: 'Ann@rollcall.test' };

describe('B7: the row of a person who signs in', () => {
  test('pain 2: is created from the verified token, with the default role and the time of login', async () => {
    const row = await as(t, 'ann', claims).mutation(api.users.store, {});
    expect(row).toMatchObject({
      externalId: 'ann',
      name: 'Ann Lee',
      email: 'ann@rollcall.test',
      role: 'staff',
      isActive: true,
      lastLoginAt: startTime,
    });
    expect(await as(t, 'ann').query(api.users.current, {})).toEqual(row);
    expect(await auditEntries(t)).toMatchObject([{ action: 'user.created', source: 'store' }]);
    expect(clerk.requests).toEqual([]);
  });

  test('is completed by the webhook that comes later: one row', async () => {
    const before = await as(t, 'ann', claims).mutation(api.users.store, {});
    const data = rawUser('ann', { last_name: 'Leigh', public_metadata: { role: 'admin' } });
    await deliver(t, envelope('user.created', data));
    expect(await rowsOf(t, 'ann')).toHaveLength(1);
    expect(await rowOf(t, 'ann')).toMatchObject({
      _id: before._id,
      lastName: 'Leigh',
      role: 'admin',
      roleSource: 'clerk',
      clerk: { updatedAt: data.updated_at },
      lastLoginAt: startTime,
    });
  });

  test('a role given between store and webhook is kept', async () => {
    await arrive(t, 'boss', 'superadmin');
    const { _id } = await as(t, 'ann', claims).mutation(api.users.store, {});
    await as(t, 'boss').mutation(api.users.updateRole, { userId: _id, role: 'admin' });
    await deliver(t, envelope('user.created', rawUser('ann')));
    expect(await rowOf(t, 'ann')).toMatchObject({ role: 'admin', push: { state: 'pending' } });
  });

  test('signing in again only sets the time of login', async () => {
    const row = await arrive(t, 'ann', 'admin');
    vi.setSystemTime(startTime + 60_000);
    await as(t, 'ann', { givenName: 'Other' }).mutation(api.users.store, {});
    expect(await rowOf(t, 'ann')).toEqual({ ...row, lastLoginAt: startTime + 60_000 });
  });

  test('pain 3: store and webhook at the same time never make two rows', async () => {
    await Promise.all([
      as(t, 'ann').mutation(api.users.store, {}),
      deliver(t, envelope('user.created', rawUser('ann'))),
      as(t, 'ann').mutation(api.users.store, {}),
      deliver(t, envelope('user.updated', rawUser('ann', { updated_at: 1_800_000_000_000 }))),
    ]);
    expect(await rowsOf(t, 'ann')).toHaveLength(1);
    expect(await as(t, 'ann').query(api.users.stats, {})).toMatchObject({ total: 1 });
  });

  test('a deactivated person stays out, and no login is recorded', async () => {
    await arrive(t, 'ann');
    await changeRow(t, 'ann', { isActive: false });
    const me = as(t, 'ann');
    expect(await codeOf(me.mutation(api.users.store, {}))).toBe('ACCOUNT_INACTIVE');
    expect(await me.query(api.users.current, {})).toMatchObject({ state: 'deactivated' });
    expect(await me.query(api.users.getUserRole, {})).toBeNull();
    expect((await rowOf(t, 'ann')).lastLoginAt).toBeUndefined();
  });

  test('needs a token', async () => {
    expect(await codeOf(t.mutation(api.users.store, {}))).toBe('UNAUTHENTICATED');
    expect(await t.query(api.users.current, {})).toBeNull();
    expect(await t.query(api.users.getUserRole, {})).toBeNull();
  });

  test('odd tokens are fine: no name, no address', async () => {
    await as(t, 'ann').mutation(api.users.store, {});
    expect((await rowOf(t, 'ann')).name).toBe('User');
    await as(t, 'bob', { name: 'Bob B.' }).mutation(api.users.store, {});
    expect((await rowOf(t, 'bob')).name).toBe('Bob B.');
  });

  test('the bootstrap address counts when the token says it is verified', async () => {
    vi.stubEnv('BOOTSTRAP_SUPERADMIN_EMAILS', 'ann@rollcall.test');
    const verified = { ...claims, emailVerified: true as never };
    await as(t, 'fake', claims).mutation(api.users.store, {});
    await as(t, 'ann', verified).mutation(api.users.store, {});
    expect((await rowOf(t, 'fake')).role).toBe('staff');
    expect((await rowOf(t, 'ann')).role).toBe('superadmin');
  });

  test('D3: too many calls are refused with the wait in milliseconds', async () => {
    const me = as(t, 'ann');
    const refused = async () => {
      for (let i = 0; i < 40; i++) await me.mutation(api.users.store, {});
    };
    await expect(refused()).rejects.toThrow(/RATE_LIMITED.*retryAfterMs":\d+/);
    await as(t, 'bob').mutation(api.users.store, {});
    vi.setSystemTime(startTime + 60_000);
    await me.mutation(api.users.store, {});
  });
});

describe('B5: what is left of a deleted person', () => {
  async function remove(mode: 'tombstone' | 'erase') {
    await arrive(t, 'ann', 'admin');
    await as(t, 'ann').mutation(api.users.store, {});
    await t.run(async (ctx) => {
      const cause = { actor: 'clerk', source: 'clerk', correlationId: 'c', now: 9 } as const;
      await deleteClerkUser(ctx, 'ann', cause, mode);
    });
    return await rowOf(t, 'ann');
  }

  test('a tombstone keeps the row and deactivates it', async () => {
    expect(await remove('tombstone')).toMatchObject({
      name: 'Ann Lee',
      role: 'admin',
      isActive: false,
      state: 'deleted',
      deletedAt: 9,
    });
  });

  test('erasure keeps the id and nothing personal, here and in the audit log', async () => {
    const row = await remove('erase');
    expect(JSON.stringify([row, await auditEntries(t)])).not.toMatch(
      /Ann|Lee|@rollcall|img\.clerk/,
    );
    expect(row).toMatchObject({ externalId: 'ann', state: 'deleted' });
    await arrive(t, 'ann');
    expect((await rowOf(t, 'ann')).state).toBe('deleted');
    await verifyAudit(t);
  });
});

describe('B3: the internal functions', () => {
  test('upsertFromClerk creates and updates by the same rules as the webhook', async () => {
    const user = {
      externalId: 'ann',
      updatedAt: 10,
      createdAt: 10,
      name: 'Ann',
      firstName: 'Ann',
      emailVerified: false,
      banned: false,
    };
    const upsert = async (change: object) =>
      await t.mutation(internal.users.upsertFromClerk, { user: { ...user, ...change } });
    expect(await upsert({})).toBe('created');
    expect(await upsert({})).toBe('duplicate');
    expect(await upsert({ updatedAt: 9 })).toBe('stale');
    expect(await upsert({ firstName: 'Amy' })).toBe('refetch');
    expect(await upsert({ firstName: 'Amy', updatedAt: 11 })).toBe('updated');
    expect(await rowsOf(t, 'ann')).toMatchObject([{ firstName: 'Amy' }]);
  });
});
