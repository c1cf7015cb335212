import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Doc } from '../../convex/_generated/dataModel';
import { userPageSizeMax, type UserSort, type UserState } from '../../src/shared/people';
import { roleNames, type Role } from '../../src/shared/roles';
import { envelope, rawUser, signedHeaders } from '../support/fake-clerk';
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
  post,
  rowOf,
} from '../support/convex-world';

let t: ConvexWorld;
beforeEach(async () => {
  ({ t } = connectedWorld());
  await arrive(t, 'boss', 'superadmin');
});
afterEach(disconnectWorld);

/** People of every role and state, with names, creation and login times in different orders. */
async function crowd(count: number): Promise<Doc<'users'>[]> {
  for (let i = 0; i < count; i++) {
    const role = roleNames[i % roleNames.length];
    const data = rawUser(`p${i}`, {
      first_name: `N${(i * 7) % count}`,
      created_at: 1_600_000_000_000 + ((i * 5) % count) * 1_000,
      public_metadata: { role },
    });
    await deliver(t, envelope('user.created', data));
  }
  for (let i = 0; i < count; i++) {
    const lastLoginAt = i % 3 === 0 ? undefined : 1_000 + ((i * 11) % count);
    const isActive = i % 5 !== 4 && i % 7 !== 6;
    const deletedAt = i % 7 === 6 ? 1 : undefined;
    await changeRow(t, `p${i}`, { lastLoginAt, isActive, deletedAt });
  }
  return await t.run(async (ctx) => await ctx.db.query('users').collect());
}

interface Filter {
  search?: string;
  role?: Role;
  state?: UserState;
  sort?: UserSort;
  order?: 'asc' | 'desc';
}

async function readAll(filter: Filter, numItems: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  for (let round = 0; round < 100; round++) {
    const result: { page: { externalId: string }[]; isDone: boolean; continueCursor: string } =
      await as(t, 'boss').query(api.users.list, {
        ...filter,
        paginationOpts: { numItems, cursor },
      });
    expect(result.page.length).toBeLessThanOrEqual(numItems);
    ids.push(...result.page.map((row) => row.externalId));
    if (result.isDone) return ids;
    cursor = result.continueCursor;
  }
  throw new Error('the list does not end');
}

describe('users:list', () => {
  test('pages through every order and filter without losing or repeating anybody', async () => {
    const rows = await crowd(23);
    const sorts = ['name', 'createdAt', 'lastLoginAt'] as const;
    const keyOf = {
      name: 'searchText',
      createdAt: 'createdAt',
      lastLoginAt: 'lastLoginAt',
    } as const;
    for (const sort of sorts) {
      for (const order of ['asc', 'desc'] as const) {
        for (const role of [undefined, ...roleNames]) {
          for (const state of [undefined, 'active', 'deactivated', 'deleted'] as const) {
            const expected = rows.filter(
              (row) =>
                (role === undefined || row.role === role) &&
                (state === undefined ? row.state !== 'deleted' : row.state === state),
            );
            const ids = await readAll({ sort, order, role, state }, 4);
            expect([...ids].sort()).toEqual(expected.map((row) => row.externalId).sort());
            const keys = ids.map(
              (id) => rows.find((row) => row.externalId === id)?.[keyOf[sort]] ?? -1,
            );
            const ascending = [...keys].sort((a, b) => (a < b ? -1 : 1));
            expect(keys).toEqual(order === 'asc' ? ascending : ascending.toReversed());
          }
        }
      }
    }
  });

  test('searches names and addresses, within the filters', async () => {
    await crowd(9);
    const data = rawUser('zed', { first_name: 'Zebulon', public_metadata: { role: 'admin' } });
    await deliver(t, envelope('user.created', data));
    expect(await readAll({ search: ' zebu ' }, 5)).toEqual(['zed']);
    expect(await readAll({ search: 'zebulon', role: 'admin' }, 5)).toEqual(['zed']);
    expect(await readAll({ search: 'zebulon', role: 'staff' }, 5)).toEqual([]);
    expect(await readAll({ search: 'zebulon', state: 'deleted' }, 5)).toEqual([]);
    await changeRow(t, 'zed', { isActive: false, deletedAt: 1 });
    expect(await readAll({ search: 'zebulon' }, 5)).toEqual([]);
  });

  test('two words mean both, in any order and as beginnings', async () => {
    for (const [id, first, last] of [
      ['ada', 'Ada', 'Lovelace'],
      ['ad2', 'Ada', 'Byron'],
      ['lov', 'Grace', 'Lovett'],
    ] as const) {
      const data = rawUser(id, { first_name: first, last_name: last });
      await deliver(t, envelope('user.created', data));
    }
    expect(await readAll({ search: 'love ada' }, 5)).toEqual(['ada']);
    expect((await readAll({ search: 'ada l' }, 1)).sort()).toEqual(['ada']);
    expect((await readAll({ search: 'lov' }, 5)).sort()).toEqual(['ada', 'lov']);
  });

  test('filters by how a row stands against Clerk, and counts it', async () => {
    await crowd(4);
    const count = async (filter: object) => await as(t, 'boss').query(api.users.count, filter);
    await changeRow(t, 'p1', { push: { state: 'failed' } });
    await changeRow(t, 'p2', { push: { state: 'pending' } });
    const drifted = await rowOf(t, 'p3');
    await changeRow(t, 'p3', { clerk: { ...drifted.clerk, role: 'admin' } });
    const read = async (sync: 'failed' | 'pending' | 'differs') =>
      await as(t, 'boss').query(api.users.list, {
        sync,
        paginationOpts: { numItems: 10, cursor: null },
      });
    expect((await read('failed')).page.map((row) => row.externalId)).toEqual(['p1']);
    expect((await read('pending')).page.map((row) => row.externalId)).toEqual(['p2']);
    expect((await read('differs')).page.map((row) => row.externalId)).toContain('p3');
    expect(await count({ sync: 'failed' })).toEqual({ count: 1, exact: true });
    expect(await count({ search: 'p2' })).toEqual({ count: 1, exact: true });
  });

  test('C7: the number of one role in one state comes from the counts, exact at any size', async () => {
    await t.run(async (ctx) => {
      const row = await ctx.db.query('peopleCounts').unique();
      if (row === null) throw new Error('there are no counts');
      const cells = {
        'active/staff/synced': 60_000,
        'active/staff/failed': 7,
        'deactivated/staff/synced': 500,
        'deleted/staff/synced': 40,
        'active/admin/synced': 3,
      };
      await ctx.db.patch('peopleCounts', row._id, { cells });
    });
    const count = async (filter: object) => await as(t, 'boss').query(api.users.count, filter);
    expect(await count({ role: 'staff', state: 'active' })).toEqual({ count: 60_007, exact: true });
    expect(await count({ role: 'staff' })).toEqual({ count: 60_507, exact: true });
    expect(await count({ state: 'deleted' })).toEqual({ count: 40, exact: true });
    expect(await count({})).toEqual({ count: 60_510, exact: true });
  });

  test('starts at the place of a person, in either order', async () => {
    await crowd(9);
    const all = await readAll({ sort: 'createdAt', order: 'desc' }, 20);
    const from = (await rowOf(t, all[4] ?? ''))._id;
    const { page } = await as(t, 'boss').query(api.users.list, {
      sort: 'createdAt',
      order: 'desc',
      from,
      paginationOpts: { numItems: 20, cursor: null },
    });
    // People of the same moment may come along.
    expect(all.slice(4).every((id) => page.some((row) => row.externalId === id))).toBe(true);
    expect(page.length).toBeLessThan(all.length);
  });

  test('a page with an end is bounded all the same', async () => {
    const { page, continueCursor } = await as(t, 'boss').query(api.users.list, {
      paginationOpts: { numItems: 10, cursor: null, endCursor: '[]' },
    });
    expect(page.length).toBeLessThanOrEqual(200);
    expect(continueCursor).toBe('[]');
  });

  test('bounds the page and refuses foreign cursors with a coded error', async () => {
    const boss = as(t, 'boss');
    for (const numItems of [0, userPageSizeMax + 1, 2.5, -1]) {
      const attempt = boss.query(api.users.list, { paginationOpts: { numItems, cursor: null } });
      expect(await codeOf(attempt)).toBe('INVALID_INPUT');
    }
    const foreign = { numItems: 10, cursor: 'not ours' };
    expect(await codeOf(boss.query(api.users.list, { paginationOpts: foreign }))).toBe(
      'INVALID_INPUT',
    );
  });

  test('shows chosen fields only: no metadata', async () => {
    const data = rawUser('ann', { public_metadata: { private: 'thing' } });
    await deliver(t, envelope('user.created', data));
    const { page } = await as(t, 'boss').query(api.users.list, {
      paginationOpts: { numItems: 10, cursor: null },
    });
    expect(JSON.stringify(page)).not.toMatch(/publicMetadata|searchText|instanceId|thing/);
  });
});

test('D1: the directory shows active people with name, photo and role, and nothing else', async () => {
  const rows = await crowd(12);
  await arrive(t, 'viewer', 'staff');
  const { page } = await as(t, 'viewer').query(api.users.directory, {
    paginationOpts: { numItems: 100, cursor: null },
  });
  const active = rows.filter((row) => row.state === 'active').length + 1;
  expect(page).toHaveLength(active);
  for (const entry of page) {
    expect(Object.keys(entry).sort()).toEqual(['_id', 'imageUrl', 'name', 'role']);
  }
});

test('D1: pages of the directory that begin with a row id lose and double nobody', async () => {
  await crowd(25);
  await arrive(t, 'viewer', 'staff');
  // People without name and address, whom only the moment of their creation tells apart.
  for (let i = 0; i < 12; i++) {
    const nameless = { first_name: null, last_name: null, email_addresses: [] };
    await deliver(t, envelope('user.created', rawUser(`q${i}`, nameless)));
  }
  const read = async (numItems: number, from?: string) => {
    const args = { paginationOpts: { numItems, cursor: null }, ...(from && { from }) };
    const { page } = await as(t, 'viewer').query(api.users.directory, args);
    return page.map(({ _id }) => String(_id));
  };
  const all = await read(100);
  const seen: string[] = [];
  let from: string | undefined;
  do {
    // As the page does: one person more than it shows.
    const ids: string[] = await read(5, from);
    seen.push(...ids.slice(0, 4));
    from = ids[4];
  } while (from !== undefined && seen.length <= all.length);
  expect(seen).toEqual(all);
});

describe('C7: counts follow every change at once', () => {
  test('by webhook, by role change, by deletion', async () => {
    const stats = async () => await as(t, 'boss').query(api.users.stats, {});
    expect(await stats()).toEqual({
      total: 1,
      byRole: { superadmin: 1, admin: 0, staff: 0 },
      byState: { active: 1, deactivated: 0, deleted: 0 },
      pushes: { pending: 0, failed: 0 },
    });
    const ann = await arrive(t, 'ann');
    await as(t, 'boss').mutation(api.users.updateRole, { userId: ann._id, role: 'admin' });
    expect(await stats()).toMatchObject({
      total: 2,
      byRole: { superadmin: 1, admin: 1, staff: 0 },
      pushes: { pending: 1, failed: 0 },
    });
    await t.mutation(internal.users.deleteFromClerk, { externalId: 'ann' });
    expect(await stats()).toEqual({
      total: 1,
      byRole: { superadmin: 1, admin: 0, staff: 0 },
      byState: { active: 1, deactivated: 0, deleted: 1 },
      pushes: { pending: 0, failed: 0 },
    });
  });
});

describe('the operator’s functions', () => {
  test('admin:listUsers pages, admin:getUser finds by any id', async () => {
    await crowd(5);
    const first = await t.query(internal.admin.listUsers, { limit: 4, state: 'active' });
    expect(first.users).toHaveLength(4);
    const second = await t.query(internal.admin.listUsers, {
      limit: 4,
      state: 'active',
      cursor: first.cursor,
    });
    expect(second.cursor).toBeNull();
    const { _id } = await rowOf(t, 'p1');
    for (const idOrEmail of ['p1', _id, 'P1@rollcall.test']) {
      expect(await t.query(internal.admin.getUser, { idOrEmail })).toMatchObject({ _id });
    }
    const nobody = t.query(internal.admin.getUser, { idOrEmail: 'nobody' });
    expect(await codeOf(nobody)).toBe('USER_NOT_FOUND');
  });

  test('an address that several people have is refused by name', async () => {
    for (const id of ['a', 'b']) {
      const email = { id: 'i', email_address: 'same@x.test', verification: null };
      const data = rawUser(id, { primary_email_address_id: 'i', email_addresses: [email] });
      await deliver(t, envelope('user.created', data));
    }
    const attempt = t.mutation(internal.admin.setRole, { idOrEmail: 'same@x.test', role: 'admin' });
    await expect(attempt).rejects.toThrow(/a, b/);
  });

  test('status sums up deliveries, owners, pushes and the audit log', async () => {
    expect(await t.query(internal.admin.status, {})).toMatchObject({
      counts: { total: 1 },
      hasActiveOwner: true,
      lastDelivery: { type: 'user.created', outcome: 'applied' },
      audit: { head: { seq: 1 }, lastAlarmAt: null },
    });
    await post(t, '{}', signedHeaders('{}'));
    expect(await t.query(internal.admin.status, {})).toMatchObject({
      lastDelivery: { outcome: 'failed' },
    });
    await deliver(t, envelope('user.created', rawUser('x'), { instance_id: 'ins_other' }));
    const { audit } = await t.query(internal.admin.status, {});
    expect(audit.lastAlarmAt).toBe((await auditEntries(t)).find(({ alarm }) => alarm)?.at);
    expect(audit.lastAlarmAt).toBeGreaterThan(0);
  });

  test('doctor names what is missing or malformed, and never a value', async () => {
    vi.stubEnv('CLERK_SECRET_KEY', 'pk_test_wrong_kind');
    vi.stubEnv('CLERK_WEBHOOK_SECRET', '');
    const report = await t.query(internal.admin.doctor, {});
    const state = Object.fromEntries(report.settings.map(({ name, state }) => [name, state]));
    expect(state).toMatchObject({
      CLERK_FRONTEND_API_URL: 'ok',
      CLERK_SECRET_KEY: 'malformed',
      CLERK_WEBHOOK_SECRET: 'missing',
      BOOTSTRAP_SUPERADMIN_EMAILS: 'missing',
    });
    for (const { required, state, remedy } of report.settings) {
      expect(remedy !== '').toBe(state === 'malformed' || (state === 'missing' && required));
    }
    expect(JSON.stringify(report)).not.toContain('wrong_kind');
  });
});

test('crons forget old receipts and settled intents, in batches', async () => {
  await arrive(t, 'ann');
  expect(await t.mutation(internal.maintenance.pruneDeliveries, {})).toBe(0);
  vi.setSystemTime(Date.now() + 100 * 24 * 3_600_000);
  expect(await t.mutation(internal.maintenance.pruneDeliveries, {})).toBe(2);
  await t.mutation(internal.admin.setRole, { idOrEmail: 'ann', role: 'admin' });
  await t.mutation(internal.users.deleteFromClerk, { externalId: 'ann' });
  expect(await t.mutation(internal.maintenance.pruneIntents, {})).toBe(0);
  vi.setSystemTime(Date.now() + 15 * 24 * 3_600_000);
  expect(await t.mutation(internal.maintenance.pruneIntents, {})).toBe(1);
});
