import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Role } from '../../src/shared/roles';
import { envelope, rawUser, type FakeClerk } from '../support/fake-clerk';
import {
  api,
  arrive,
  as,
  auditActions,
  auditEntries,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  deliver,
  deliverAll,
  disconnectWorld,
  drainOutbox,
  intentsOf,
  internal,
  rowOf,
} from '../support/convex-world';

let t: ConvexWorld;
let clerk: FakeClerk;
beforeEach(() => ({ t, clerk } = connectedWorld()));
afterEach(disconnectWorld);

/** People whom both sides know, in step. */
async function people(roles: Record<string, Role>): Promise<void> {
  for (const [id, role] of Object.entries(roles)) {
    clerk.create(rawUser(id, { public_metadata: { role, theme: 'dark' } }));
  }
  await deliverAll(t, clerk);
}

async function setRole(by: string, id: string, role: Role) {
  const { _id } = await rowOf(t, id);
  return await as(t, by).mutation(api.users.updateRole, { userId: _id, role });
}

const patches = () => clerk.requests.filter((request) => request.method === 'PATCH');

describe('B8, C2: a role chosen in Rollcall reaches Clerk', () => {
  beforeEach(async () => await people({ boss: 'superadmin', ann: 'staff' }));

  test('at once in the row as pending, then in Clerk, then in sync', async () => {
    const changed = await setRole('boss', 'ann', 'admin');
    expect(changed).toMatchObject({ role: 'admin', roleRev: 1, push: { state: 'pending' } });
    await drainOutbox(t);
    expect(clerk.role('ann')).toBe('admin');
    expect(await rowOf(t, 'ann')).toMatchObject({ role: 'admin', push: { state: 'synced' } });
    expect(await intentsOf(t)).toMatchObject([{ state: 'done', attempts: 1, rev: 1 }]);
  });

  test('pain 8, C2: no other key of the metadata changes, and the push proves its origin', async () => {
    clerk.edit('ann', { nested: { keep: [1, 2] } });
    await setRole('boss', 'ann', 'admin');
    await drainOutbox(t);
    const user = clerk.users.get('ann');
    expect(user?.public_metadata).toEqual({
      role: 'admin',
      theme: 'dark',
      nested: { keep: [1, 2] },
    });
    const [intent] = await intentsOf(t);
    expect(user?.private_metadata).toEqual({ rollcall: { rev: 1, intent: intent?._id } });
  });

  test('the echo webhook is recognised: one PATCH, no loop, nothing audited as external', async () => {
    await setRole('boss', 'ann', 'admin');
    await drainOutbox(t);
    await deliverAll(t, clerk);
    await drainOutbox(t);
    expect(patches()).toHaveLength(1);
    expect(await auditActions(t)).not.toContain('role.changedInClerk');
  });

  test('the echo settles the push even when the answer of the request was lost', async () => {
    clerk.faults.push({ status: 504, applied: true });
    await setRole('boss', 'ann', 'admin');
    await drainOutbox(t);
    expect((await rowOf(t, 'ann')).push).toMatchObject({
      state: 'pending',
      reason: /504/ as never,
    });
    await deliverAll(t, clerk);
    expect((await rowOf(t, 'ann')).push).toEqual({ state: 'synced' });
    vi.setSystemTime(Date.now() + 60_000);
    await drainOutbox(t);
    expect(patches()).toHaveLength(1);
    expect(await intentsOf(t)).toMatchObject([{ state: 'done' }]);
  });

  test('the pool carries a push by itself', async () => {
    await setRole('boss', 'ann', 'admin');
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(clerk.role('ann')).toBe('admin');
    expect((await rowOf(t, 'ann')).push.state).toBe('synced');
  });

  test('several decisions in a row: only the newest is sent', async () => {
    await setRole('boss', 'ann', 'admin');
    await setRole('boss', 'ann', 'superadmin');
    await setRole('boss', 'ann', 'staff');
    await drainOutbox(t);
    expect(patches()).toHaveLength(1);
    expect(clerk.role('ann')).toBe('staff');
    expect((await intentsOf(t)).map((intent) => intent.state)).toEqual([
      'superseded',
      'superseded',
      'done',
    ]);
  });

  test('at most one request per person is in flight; the newer decision goes out after it', async () => {
    let release = () => {};
    clerk.hold = new Promise((resolve) => (release = resolve));
    await setRole('boss', 'ann', 'admin');
    const [first] = await intentsOf(t, 'queued');
    if (!first) throw new Error('no intent');
    const running = t.action(internal.outbox.push, { intentId: first._id });
    await vi.waitUntil(() => clerk.requests.length === 1);
    await setRole('boss', 'ann', 'superadmin');
    const [second] = await intentsOf(t, 'queued');
    if (!second) throw new Error('no second intent');
    await t.action(internal.outbox.push, { intentId: second._id });
    expect(clerk.requests).toHaveLength(1);
    clerk.hold = undefined;
    release();
    await running;
    await drainOutbox(t);
    await deliverAll(t, clerk);
    expect(clerk.mostInFlight).toBe(1);
    expect(clerk.role('ann')).toBe('superadmin');
    expect(await rowOf(t, 'ann')).toMatchObject({ role: 'superadmin', push: { state: 'synced' } });
  });

  test('choosing the role a person already has changes nothing', async () => {
    await setRole('boss', 'ann', 'staff');
    expect(await intentsOf(t)).toEqual([]);
    expect(await auditActions(t)).toEqual(['user.created', 'user.created']);
  });
});

describe('C8, rule 10: Clerk in trouble', () => {
  beforeEach(async () => {
    await people({ boss: 'superadmin', ann: 'staff' });
    await setRole('boss', 'ann', 'admin').catch(() => {});
  });

  test('429 waits as Retry-After says', async () => {
    clerk.faults.push({ status: 429, retryAfterS: 7 });
    await drainOutbox(t);
    const [waiting] = await intentsOf(t, 'queued');
    expect(waiting?.notBefore).toBe(Date.now() + 7_000);
    vi.setSystemTime(Date.now() + 6_999);
    await t.action(internal.outbox.push, { intentId: waiting?._id ?? ('' as never) });
    expect(patches()).toHaveLength(1);
    vi.setSystemTime(Date.now() + 1);
    await drainOutbox(t);
    expect(patches()).toHaveLength(2);
    expect((await rowOf(t, 'ann')).push).toEqual({ state: 'synced' });
  });

  test('5xx is tried again, further apart each time, then given up loudly', async () => {
    for (let i = 0; i < 50; i++) clerk.faults.push({ status: 503 });
    const waits: number[] = [];
    for (let i = 0; i < 20 && (await intentsOf(t, 'queued')).length > 0; i++) {
      await drainOutbox(t);
      const [waiting] = await intentsOf(t, 'queued');
      if (!waiting) break;
      waits.push(waiting.notBefore - Date.now());
      vi.setSystemTime(waiting.notBefore);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map((s) => s * 1_000));
    const row = await rowOf(t, 'ann');
    expect(row).toMatchObject({ role: 'admin', push: { state: 'failed' } });
    expect(row.push.reason).toMatch(/503/);
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      action: 'role.pushFailed',
      alarm: true,
    });
  });

  test.each([
    [401, /key is invalid or expired/],
    [404, /no such user/],
    [422, /refused.*422, fault/],
  ])('%i is explained on the row and not repeated', async (status, reason) => {
    clerk.faults.push({ status });
    await drainOutbox(t);
    const { push, role } = await rowOf(t, 'ann');
    expect(role).toBe('admin');
    expect(push.state).toBe('failed');
    expect(push.reason).toMatch(reason);
    expect(patches()).toHaveLength(1);
  });

  test('no answer counts as trouble', async () => {
    vi.stubGlobal(
      'fetch',
      async () => await Promise.reject(new TypeError('connect sk_test_world')),
    );
    await drainOutbox(t);
    expect((await rowOf(t, 'ann')).push).toEqual({
      state: 'pending',
      reason: 'Clerk could not be reached',
    });
  });

  test('an answer that does not come within 30 s is given up and tried again', async () => {
    vi.stubGlobal(
      'fetch',
      async (_: unknown, init: RequestInit) =>
        await new Promise((_resolve, reject) => {
          init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    const [intent] = await intentsOf(t, 'queued');
    const running = t.action(internal.outbox.push, { intentId: intent?._id ?? ('' as never) });
    await vi.waitUntil(async () => (await intentsOf(t, 'inFlight')).length === 1);
    await vi.advanceTimersByTimeAsync(30_000);
    await running;
    expect((await rowOf(t, 'ann')).push.reason).toMatch(/within 30 s/);
  });

  test('without a key the push fails and says which setting is missing', async () => {
    vi.stubEnv('CLERK_SECRET_KEY', '');
    await drainOutbox(t);
    expect((await rowOf(t, 'ann')).push.reason).toMatch(/CLERK_SECRET_KEY is not set/);
  });

  test('a failed push is sent again by hand; a synced one is not', async () => {
    clerk.faults.push({ status: 401 });
    await drainOutbox(t);
    const { _id: userId } = await rowOf(t, 'ann');
    const boss = as(t, 'boss');
    expect(await boss.mutation(api.users.retryPush, { userId })).toMatchObject({
      push: { state: 'pending' },
    });
    await drainOutbox(t);
    expect(clerk.role('ann')).toBe('admin');
    expect((await rowOf(t, 'ann')).push).toEqual({ state: 'synced' });
    expect(await codeOf(boss.mutation(api.users.retryPush, { userId }))).toBe('NOTHING_TO_RETRY');
  });

  test('secrets reach neither tables nor scheduled arguments', async () => {
    await drainOutbox(t);
    const everything = await t.run(async (ctx) =>
      JSON.stringify([
        await ctx.db.query('roleIntents').collect(),
        await ctx.db.query('auditLog').collect(),
        await ctx.db.query('users').collect(),
        await ctx.db.system.query('_scheduled_functions').collect(),
      ]),
    );
    expect(everything).not.toMatch(/sk_test|whsec/);
  });

  test('a lost attempt is taken up by the watchdog', async () => {
    const [intent] = await intentsOf(t, 'queued');
    await t.mutation(internal.outbox.claim, { intentId: intent?._id ?? ('' as never) });
    expect(await t.mutation(internal.maintenance.watchOutbox, {})).toMatchObject({
      lost: 0,
      forgotten: 0,
    });
    vi.setSystemTime(Date.now() + 10 * 60_000);
    expect(await t.mutation(internal.maintenance.watchOutbox, {})).toMatchObject({
      lost: 1,
      forgotten: 0,
    });
    vi.setSystemTime(Date.now() + 10 * 60_000);
    expect(await t.mutation(internal.maintenance.watchOutbox, {})).toMatchObject({
      lost: 0,
      forgotten: 1,
    });
    await drainOutbox(t);
    expect(clerk.role('ann')).toBe('admin');
  });
});

describe('B8, C3, rule 6: edits in Clerk', () => {
  beforeEach(async () => await people({ boss: 'superadmin', ann: 'staff' }));

  test('an edit in Clerk is taken, audited as external, and answered by no PATCH', async () => {
    vi.setSystemTime(Date.now() + 1_000);
    clerk.edit('ann', { role: 'admin' });
    await deliverAll(t, clerk);
    await drainOutbox(t);
    expect(await rowOf(t, 'ann')).toMatchObject({ role: 'admin', roleSource: 'clerk' });
    expect(
      (await auditEntries(t)).map(({ action, source }) => ({ action, source })),
    ).toContainEqual({
      action: 'role.changedInClerk',
      source: 'clerk',
    });
    expect(patches()).toEqual([]);
  });

  test('an edit after our push is taken', async () => {
    await setRole('boss', 'ann', 'admin');
    await drainOutbox(t);
    vi.setSystemTime(Date.now() + 1_000);
    clerk.edit('ann', { role: 'superadmin' });
    await deliverAll(t, clerk);
    expect((await rowOf(t, 'ann')).role).toBe('superadmin');
  });

  test('an update without a role change leaves a pending push alone', async () => {
    await setRole('boss', 'ann', 'admin');
    vi.setSystemTime(Date.now() + 1_000);
    clerk.rename('ann', 'Anna');
    await deliverAll(t, clerk);
    expect(await rowOf(t, 'ann')).toMatchObject({
      firstName: 'Anna',
      role: 'admin',
      push: { state: 'pending' },
    });
    await drainOutbox(t);
    expect(clerk.role('ann')).toBe('admin');
  });

  test.each([
    ['later', 1_000, 'superadmin'],
    ['earlier', -1_000, 'admin'],
  ] as const)(
    'an edit %s than our pending decision: the later wins on both sides',
    async (_, shiftMs, winner) => {
      const decidedAt = Date.now() + 5_000;
      vi.setSystemTime(decidedAt);
      await setRole('boss', 'ann', 'admin');
      vi.setSystemTime(decidedAt + shiftMs);
      clerk.edit('ann', { role: 'superadmin' });
      vi.setSystemTime(decidedAt + 2_000);
      await deliverAll(t, clerk);
      await drainOutbox(t);
      await deliverAll(t, clerk);
      expect((await rowOf(t, 'ann')).role).toBe(winner);
      expect(clerk.role('ann')).toBe(winner);
      expect(
        (await auditEntries(t)).find((entry) => entry.action === 'role.conflict')?.after,
      ).toEqual({
        ours: 'admin',
        theirs: 'superadmin',
        winner: winner === 'admin' ? 'ours' : 'theirs',
      });
      expect(patches().length).toBeLessThanOrEqual(1);
    },
  );

  test('removing the role in Clerk means the default one', async () => {
    await setRole('boss', 'ann', 'admin');
    await drainOutbox(t);
    vi.setSystemTime(Date.now() + 1_000);
    clerk.edit('ann', { role: null });
    await deliverAll(t, clerk);
    expect(await rowOf(t, 'ann')).toMatchObject({ role: 'staff', roleSource: 'clerk' });
  });

  test.each([['owner'], [7], [['admin']], [{ admin: true }], ['Admin']])(
    'an unknown role %j keeps ours and marks the row until Clerk names one we know',
    async (role) => {
      vi.setSystemTime(Date.now() + 1_000);
      clerk.edit('ann', { role });
      await deliverAll(t, clerk);
      const marked = await rowOf(t, 'ann');
      expect(marked.role).toBe('staff');
      expect(marked.roleIssue).toBeDefined();
      expect(await auditActions(t)).toContain('role.unknownInClerk');
      const boss = as(t, 'boss');
      await boss.mutation(api.users.retryPush, { userId: marked._id });
      await drainOutbox(t);
      expect(clerk.role('ann')).toBe('staff');
      expect((await rowOf(t, 'ann')).roleIssue).toBeUndefined();
    },
  );

  test('pain 11: unsafe metadata and token claims never give a role', async () => {
    const data = rawUser('eve', { unsafe_metadata: { role: 'superadmin' } });
    await deliver(t, envelope('user.created', data));
    const claims = { role: 'superadmin', public_metadata: '{"role":"superadmin"}' };
    await as(t, 'mal', claims).mutation(api.users.store, {});
    expect((await rowOf(t, 'eve')).role).toBe('staff');
    expect((await rowOf(t, 'mal')).role).toBe('staff');
  });

  test('C9: a new person takes the role Clerk names, otherwise the default one', async () => {
    expect((await arrive(t, 'p1', 'admin')).role).toBe('admin');
    expect((await arrive(t, 'p2')).role).toBe('staff');
    await deliver(
      t,
      envelope('user.created', rawUser('p3', { public_metadata: { role: 'czar' } })),
    );
    expect(await rowOf(t, 'p3')).toMatchObject({ role: 'staff', roleIssue: { raw: 'czar' } });
  });
});

describe('rule 7: never zero superadmins', () => {
  beforeEach(async () => await people({ boss: 'superadmin', ann: 'staff' }));

  test('the last one cannot be demoted by the operator either', async () => {
    const attempt = t.mutation(internal.admin.setRole, { idOrEmail: 'boss', role: 'staff' });
    expect(await codeOf(attempt)).toBe('LAST_OWNER');
    expect((await rowOf(t, 'boss')).role).toBe('superadmin');
  });

  test('pain 10: two superadmins who demote each other: one succeeds', async () => {
    await people({ second: 'superadmin' });
    const codes = await Promise.all([
      codeOf(setRole('boss', 'second', 'staff')),
      codeOf(setRole('second', 'boss', 'staff')),
    ]);
    expect(codes.sort()).toEqual(['FORBIDDEN', 'no error']);
  });

  test('an edit in Clerk that would do it is quarantined, undone there, and raises an alarm', async () => {
    vi.setSystemTime(Date.now() + 1_000);
    clerk.edit('boss', { role: 'staff' });
    await deliverAll(t, clerk);
    expect(await rowOf(t, 'boss')).toMatchObject({
      role: 'superadmin',
      push: { state: 'pending' },
    });
    expect((await auditEntries(t)).filter((entry) => entry.alarm)).toMatchObject([
      { action: 'role.externalQuarantined', source: 'clerk' },
    ]);
    await drainOutbox(t);
    await deliverAll(t, clerk);
    expect(clerk.role('boss')).toBe('superadmin');
    expect(await rowOf(t, 'boss')).toMatchObject({ push: { state: 'synced' } });
    expect(patches()).toHaveLength(1);
  });

  test('deleting the last one in Clerk is held: cut off at once, deleted once there is another', async () => {
    clerk.delete('boss');
    await deliverAll(t, clerk);
    expect(await rowOf(t, 'boss')).toMatchObject({ role: 'superadmin', isActive: true });
    expect(await as(t, 'boss').query(api.users.current, {})).toBeNull();
    expect(await codeOf(as(t, 'boss').query(api.users.stats, {}))).toBe('ACCOUNT_INACTIVE');
    expect(await codeOf(as(t, 'boss').mutation(api.users.store, {}))).toBe('ACCOUNT_INACTIVE');
    await t.mutation(internal.admin.promote, { email: 'ann@rollcall.test' });
    expect((await rowOf(t, 'ann')).role).toBe('superadmin');
    expect(await rowOf(t, 'boss')).toMatchObject({ state: 'deleted', isActive: false });
  });
});

describe('the first superadmin', () => {
  test('BOOTSTRAP_SUPERADMIN_EMAILS works by verified primary address only', async () => {
    vi.stubEnv('BOOTSTRAP_SUPERADMIN_EMAILS', 'Chief@x.test, two@x.test');
    const mail = (status: string, address = 'chief@x.test') => ({
      primary_email_address_id: 'i',
      email_addresses: [
        { id: 'j', email_address: 'two@x.test', verification: { status: 'verified' } },
        { id: 'i', email_address: address, verification: { status } },
      ],
    });
    clerk.create(rawUser('unverified', mail('unverified')));
    clerk.create(rawUser('secondary', mail('verified', 'someone@x.test')));
    clerk.create(rawUser('chief', mail('verified')));
    await deliverAll(t, clerk);
    expect((await rowOf(t, 'unverified')).role).toBe('staff');
    expect((await rowOf(t, 'secondary')).role).toBe('staff');
    expect(await rowOf(t, 'chief')).toMatchObject({ role: 'superadmin', roleSource: 'bootstrap' });
    await drainOutbox(t);
    expect(clerk.role('chief')).toBe('superadmin');
  });

  test('a bootstrapped person who was demoted on purpose stays demoted', async () => {
    vi.stubEnv('BOOTSTRAP_SUPERADMIN_EMAILS', 'chief@rollcall.test');
    await people({ boss: 'superadmin' });
    clerk.create(rawUser('chief'));
    await deliverAll(t, clerk);
    await setRole('boss', 'chief', 'staff');
    await drainOutbox(t);
    vi.setSystemTime(Date.now() + 1_000);
    clerk.rename('chief', 'Chef');
    await deliverAll(t, clerk);
    expect(await rowOf(t, 'chief')).toMatchObject({ firstName: 'Chef', role: 'staff' });
  });

  test('promote works by address, is audited, and repeats harmlessly', async () => {
    await arrive(t, 'ann');
    const promoted = await t.mutation(internal.admin.promote, { email: ' ANN@rollcall.test ' });
    expect(promoted).toMatchObject({ role: 'superadmin', roleSource: 'cli' });
    await t.mutation(internal.admin.promote, { email: 'ann@rollcall.test' });
    expect((await auditEntries(t)).filter((entry) => entry.actor === 'cli')).toHaveLength(1);
    const nobody = t.mutation(internal.admin.promote, { email: 'nobody@rollcall.test' });
    expect(await codeOf(nobody)).toBe('USER_NOT_FOUND');
  });
});
