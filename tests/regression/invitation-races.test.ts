import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Doc } from '../../convex/_generated/dataModel';
import type { Role } from '../../src/shared/roles';
import {
  api,
  as,
  auditEntries,
  connectedWorld,
  type ConvexWorld,
  deliverAll,
  disconnectWorld,
  internal,
} from '../support/convex-world';
import { type FakeClerk, rawUser } from '../support/fake-clerk';

/*
 * Found by the simulation once it had invitations: an address that is invited again while the
 * invitation before is still being taken back, and requests that reach Clerk after we gave them up.
 */

const email = 'gia@rollcall.test';
let t: ConvexWorld;
let clerk: FakeClerk;
/** Requests that we stopped waiting for; they reach Clerk when they are let. */
let late: (() => Promise<unknown>)[];

beforeEach(async () => {
  ({ t, clerk } = connectedWorld());
  late = [];
  clerk.create(rawUser('boss', { public_metadata: { role: 'superadmin' } }));
  await deliverAll(t, clerk);
});
afterEach(disconnectWorld);

async function invite(role: Role): Promise<Doc<'invitations'>['_id']> {
  return (await as(t, 'boss').mutation(api.users.invite, { email, role }))._id;
}

async function revoke(invitationId: Doc<'invitations'>['_id']): Promise<void> {
  await as(t, 'boss').mutation(api.users.revokeInvitation, { invitationId });
}

async function push(invitationId: Doc<'invitations'>['_id']): Promise<void> {
  vi.setSystemTime(Date.now() + 10_000);
  await t.action(internal.invitations.push, { invitationId });
}

/** Its request is given up and still on its way. */
async function pushInVain(invitationId: Doc<'invitations'>['_id']): Promise<void> {
  vi.stubGlobal('fetch', async (input: unknown, init?: RequestInit) => {
    if (init?.method !== 'POST') return await clerk.fetch(input, init);
    late.push(async () => await clerk.fetch(input, init));
    return new Response('{}', { status: 504 });
  });
  await push(invitationId);
  vi.stubGlobal('fetch', clerk.fetch);
}

async function land(): Promise<void> {
  for (const request of late.splice(0)) await request();
}

async function row(id: Doc<'invitations'>['_id']): Promise<Doc<'invitations'> | null> {
  return await t.run(async ({ db }) => await db.get('invitations', id));
}

const openThere = () => clerk.invitations.all.filter(({ status }) => status === 'pending');

test('invited again while the one before is being taken back: the new one stays', async () => {
  const first = await invite('staff');
  await push(first);
  await revoke(first);
  const second = await invite('staff');
  await push(second);
  await push(first);
  await push(second);
  await t.action(internal.invitations.follow, {});
  expect(openThere().map(({ id }) => id)).toEqual([(await row(second))?.clerkId]);
  expect(await row(second)).toMatchObject({ state: 'pending', push: { state: 'synced' } });
});

test('an invitation that reaches Clerk after it was taken back lets nobody in', async () => {
  const id = await invite('admin');
  await pushInVain(id);
  await revoke(id);
  await push(id);
  await land();
  expect(openThere()).toHaveLength(1);
  await t.action(internal.invitations.follow, {});
  await push(id);
  expect(openThere()).toHaveLength(0);
  expect(await row(id)).toMatchObject({ state: 'revoked', push: { state: 'synced' } });
});

test('nor does it where it was asked for twice and both arrive', async () => {
  const id = await invite('superadmin');
  await pushInVain(id);
  await pushInVain(id);
  const [first, second] = late.splice(0);
  await first?.();
  clerk.invitations.set(email, 'revoked');
  await revoke(id);
  await push(id);
  await t.action(internal.invitations.follow, {});
  await second?.();
  expect(openThere()).toHaveLength(1);
  await t.action(internal.invitations.follow, {});
  await push(id);
  expect(openThere()).toHaveLength(0);
  const next = await invite('admin');
  await push(next);
  expect(await row(next)).toMatchObject({ state: 'pending', push: { state: 'synced' } });
});

test('and where somebody was quicker, it is told with an alarm', async () => {
  const id = await invite('admin');
  await pushInVain(id);
  await revoke(id);
  await push(id);
  await land();
  clerk.invitations.set(email, 'accepted');
  await t.action(internal.invitations.follow, {});
  expect(await row(id)).toMatchObject({ state: 'accepted' });
  expect((await auditEntries(t)).at(-1)).toMatchObject({
    action: 'invitation.accepted',
    alarm: true,
  });
});

test('nor does it keep a later one to another role out', async () => {
  const first = await invite('admin');
  await pushInVain(first);
  await revoke(first);
  await push(first);
  const second = await invite('staff');
  await land();
  await push(second);
  expect(await row(second)).toMatchObject({ push: { state: 'pending' } });
  await t.action(internal.invitations.follow, {});
  await push(first);
  await push(second);
  expect(openThere()).toMatchObject([{ public_metadata: { role: 'staff' } }]);
  expect(await row(second)).toMatchObject({ state: 'pending', push: { state: 'synced' } });
});
