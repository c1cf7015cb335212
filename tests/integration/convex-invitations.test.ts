import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Doc } from '../../convex/_generated/dataModel';
import type { Role } from '../../src/shared/roles';
import { address, rawUser, type FakeClerk } from '../support/fake-clerk';
import {
  api,
  as,
  auditActions,
  auditEntries,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  deliverAll,
  disconnectWorld,
  internal,
  rowOf,
  verifyAudit,
} from '../support/convex-world';

const email = 'new@rollcall.test';
const dayMs = 86_400_000;

let t: ConvexWorld;
let clerk: FakeClerk;
beforeEach(async () => {
  ({ t, clerk } = connectedWorld());
  clerk.create(rawUser('boss', { public_metadata: { role: 'superadmin' } }));
  clerk.create(rawUser('admin', { public_metadata: { role: 'admin' } }));
  clerk.create(rawUser('ann'));
  await deliverAll(t, clerk);
});
afterEach(disconnectWorld);

async function invite(by: string, role?: Role, to = email) {
  return await as(t, by).mutation(api.users.invite, { email: to, ...(role && { role }) });
}

async function revoke(by = 'boss') {
  const { _id: invitationId } = await theInvitation();
  return await as(t, by).mutation(api.users.revokeInvitation, { invitationId });
}

/** Runs due requests in place of the pool. */
async function drain(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    for (const { _id, push } of await all()) {
      if (push.state === 'pending')
        await t.action(internal.invitations.push, { invitationId: _id });
    }
  }
}

async function all(): Promise<Doc<'invitations'>[]> {
  return await t.run(async ({ db }) => await db.query('invitations').collect());
}

async function theInvitation(): Promise<Doc<'invitations'>> {
  const newest = (await all()).at(-1);
  if (newest === undefined) throw new Error('there is no invitation');
  return newest;
}

const sent = () => clerk.requests.filter(({ method }) => method === 'POST');

/** They follow the link and sign up. */
async function signUp(role: string): Promise<void> {
  clerk.invitations.set(email, 'accepted');
  clerk.create(
    rawUser('newbie', {
      primary_email_address_id: 'idn_1',
      email_addresses: [address('idn_1', email)],
      public_metadata: { role },
    }),
  );
  await deliverAll(t, clerk);
}

describe('D2: inviting', () => {
  test('here at once, in Clerk by outbox, accepted with the role when they sign up', async () => {
    expect(await invite('boss', 'admin', ' New@Rollcall.Test ')).toMatchObject({
      email,
      role: 'admin',
      state: 'pending',
      push: { state: 'pending' },
    });
    await drain();
    expect(sent()).toMatchObject([
      {
        path: '/v1/invitations',
        body: { email_address: email, public_metadata: { role: 'admin' } },
      },
    ]);
    expect(await theInvitation()).toMatchObject({ push: { state: 'synced' }, clerkId: 'inv_1' });
    await signUp('admin');
    expect(await rowOf(t, 'newbie')).toMatchObject({ role: 'admin' });
    expect(await theInvitation()).toMatchObject({ state: 'accepted', acceptedBy: 'user:newbie' });
    expect((await auditActions(t)).slice(-3)).toEqual([
      'user.invited',
      'user.created',
      'invitation.accepted',
    ]);
    expect(JSON.stringify(await auditEntries(t))).not.toContain(email);
    await verifyAudit(t);
  });

  test('the link leads to the sign-up page where the app’s address is known', async () => {
    vi.stubEnv('ROLLCALL_URL', 'https://app.test/');
    await invite('boss');
    await drain();
    expect(clerk.invitations.all[0]?.redirect_url).toBe('https://app.test/sign-up');
  });

  test('an existing person and an open invitation are refused, a deleted person is not', async () => {
    expect(await codeOf(invite('boss', 'staff', 'ann@rollcall.test'))).toBe('USER_EXISTS');
    await invite('boss');
    expect(await codeOf(invite('admin'))).toBe('ALREADY_INVITED');
    clerk.delete('ann');
    await deliverAll(t, clerk);
    await invite('boss', 'staff', 'ann@rollcall.test');
  });

  test.each(['', 'nobody', 'a@b', 'a b@c.de', 'a@b.c, d@e.f', `${'x'.repeat(250)}@b.cd`])(
    'no address: %s',
    async (bad) => expect(await codeOf(invite('boss', 'staff', bad))).toBe('INVALID_INPUT'),
  );

  test('rule 8: admins invite staff only, staff nobody; only superadmins give another role', async () => {
    await invite('admin');
    for (const role of ['admin', 'superadmin'] as const) {
      expect(await codeOf(invite('admin', role, `${role}@rollcall.test`))).toBe('FORBIDDEN');
    }
    expect(await codeOf(invite('ann', 'staff', 'x@rollcall.test'))).toBe('FORBIDDEN');
    await invite('boss', 'superadmin', 'owner@rollcall.test');
    expect(await codeOf(revoke('admin'))).toBe('FORBIDDEN');
  });

  test('an outage delays it; a lost answer sends no second mail', async () => {
    clerk.faults.push({ status: 503 }, { status: 502, applied: true });
    await invite('boss');
    for (let i = 0; i < 4; i++) {
      await drain();
      vi.setSystemTime(Date.now() + 10_000);
    }
    expect(clerk.invitations.all).toHaveLength(1);
    expect(await theInvitation()).toMatchObject({ push: { state: 'synced' }, clerkId: 'inv_1' });
  });

  test('Clerk refuses: shown with its reason and an alarm', async () => {
    clerk.faults.push({ status: 422 });
    await invite('boss');
    await drain();
    expect(await theInvitation()).toMatchObject({
      state: 'pending',
      push: { state: 'failed', reason: expect.stringContaining('422') },
    });
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      action: 'invitation.pushFailed',
      alarm: true,
    });
    // Nothing is in Clerk, and the way is free again.
    await revoke();
    await drain();
    await invite('boss');
    await drain();
    expect(clerk.invitations.all).toHaveLength(1);
  });

  test('an invitation with another role that is there already is not taken for ours', async () => {
    await invite('boss', 'admin');
    await drain();
    await t.run(async ({ db }) => {
      for (const { _id } of await db.query('invitations').collect())
        await db.delete('invitations', _id);
    });
    await invite('boss', 'staff');
    await drain();
    expect(await theInvitation()).toMatchObject({ push: { state: 'failed' } });
  });
});

describe('taking an invitation back', () => {
  test('one that Clerk has is revoked there, one that it has not is never sent', async () => {
    await invite('boss');
    await drain();
    expect(await revoke()).toMatchObject({ state: 'revoked' });
    await drain();
    expect(clerk.invitations.all).toMatchObject([{ status: 'revoked' }]);
    expect(await codeOf(revoke())).toBe('INVITATION_SETTLED');
    await invite('boss');
    await revoke();
    await drain();
    expect(clerk.invitations.all).toHaveLength(1);
    await verifyAudit(t);
  });

  test('revoked while it is being sent: sent, then revoked', async () => {
    await invite('boss');
    const { _id: invitationId } = await theInvitation();
    let release = () => {};
    clerk.hold = new Promise((resolve) => (release = resolve));
    const pushing = t.action(internal.invitations.push, { invitationId });
    await vi.waitFor(() => expect(sent()).toHaveLength(1));
    await revoke();
    release();
    clerk.hold = undefined;
    await pushing;
    await drain();
    expect(clerk.invitations.all).toMatchObject([{ status: 'revoked' }]);
    expect(await theInvitation()).toMatchObject({ state: 'revoked', push: { state: 'synced' } });
  });

  test('accepted before the revocation arrived: shown as accepted, with an alarm', async () => {
    await invite('boss');
    await drain();
    clerk.invitations.set(email, 'accepted');
    await revoke();
    await drain();
    expect(await theInvitation()).toMatchObject({ state: 'accepted' });
    expect((await auditEntries(t)).at(-1)).toMatchObject({ alarm: true });
  });

  test('revoked in Clerk itself: followed without an event', async () => {
    await invite('boss');
    await drain();
    expect(await t.action(internal.invitations.follow, {})).toBe(0);
    clerk.invitations.set(email, 'revoked');
    expect(await t.action(internal.invitations.follow, {})).toBe(1);
    expect(await theInvitation()).toMatchObject({ state: 'revoked' });
    const before = clerk.requests.length;
    await t.action(internal.invitations.follow, {});
    expect(clerk.requests).toHaveLength(before);
  });

  test('after thirty days it has expired, and the address can be invited again', async () => {
    await invite('boss');
    await drain();
    vi.setSystemTime(Date.now() + 31 * dayMs);
    expect(await codeOf(revoke())).toBe('INVITATION_SETTLED');
    expect(await t.mutation(internal.maintenance.expireInvitations, {})).toBe(1);
    expect(await theInvitation()).toMatchObject({ state: 'expired' });
    clerk.invitations.set(email, 'revoked');
    await invite('boss');
    const page = await as(t, 'admin').query(api.users.invitations, {
      paginationOpts: { numItems: 10, cursor: null },
    });
    expect(page.page.map(({ state }) => state)).toEqual(['pending', 'expired']);
  });

  test('a request that never reported is taken up again', async () => {
    await invite('boss');
    const { _id } = await theInvitation();
    await t.mutation(internal.invitations.claim, { invitationId: _id });
    await drain();
    expect(clerk.invitations.all).toHaveLength(0);
    vi.setSystemTime(Date.now() + 10 * 60_000);
    expect(await t.mutation(internal.maintenance.watchOutbox, {})).toMatchObject({
      invitations: 1,
    });
    await drain();
    expect(clerk.invitations.all).toHaveLength(1);
  });
});

test('an unverified address accepts nobody’s invitation', async () => {
  await invite('boss');
  clerk.create(
    rawUser('eve', {
      primary_email_address_id: 'idn_1',
      email_addresses: [address('idn_1', email, 'unverified')],
    }),
  );
  await deliverAll(t, clerk);
  expect(await theInvitation()).toMatchObject({ state: 'pending' });
});
