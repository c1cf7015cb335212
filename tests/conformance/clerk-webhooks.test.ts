import { verifyWebhook } from '@clerk/backend/webhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasClerkOpenApi, loadClerkOpenApi, withoutClerkOpenApi } from '../support/clerk-openapi';
import {
  createLocalClerkWorld,
  type LocalClerkWorld,
  type Wire,
} from '../support/local-clerk-world';
import {
  createWebhookReceiver,
  verifySignature,
  type WebhookReceiver,
} from '../support/webhook-receiver';

const password = 'correct-horse-9';

describe('webhooks: what is sent for which change', () => {
  let receiver: WebhookReceiver;
  let world: LocalClerkWorld;
  beforeEach(async () => {
    receiver = await createWebhookReceiver();
    world = await createLocalClerkWorld({ webhookUrls: [receiver.url] });
  });
  afterEach(async () => {
    await world.close();
    await receiver.close();
  });
  const newUser = (email: string) =>
    world.sdk.users.createUser({ emailAddress: [email], password });

  it('B1: every webhook is signed for Svix, fits Clerk’s OpenAPI and names its instance', async () => {
    const { users, organizations, sessions } = world.sdk;
    const ann = await newUser('ann@example.com');
    await users.updateUserMetadata(ann.id, { publicMetadata: { role: 'admin' } });
    const acme = await organizations.createOrganization({ name: 'Acme', createdBy: ann.id });
    await organizations.updateOrganization(acme.id, { name: 'Acme 2' });
    const ben = await newUser('ben@example.com');
    const place = { organizationId: acme.id, userId: ben.id };
    await organizations.createOrganizationMembership({ ...place, role: 'org:member' });
    await organizations.updateOrganizationMembership({ ...place, role: 'org:admin' });
    const guest = await organizations.createOrganizationInvitation({
      organizationId: acme.id,
      emailAddress: 'g@example.com',
      role: 'org:member',
      inviterUserId: ann.id,
    });
    await organizations.revokeOrganizationInvitation({
      organizationId: acme.id,
      invitationId: guest.id,
      requestingUserId: ann.id,
    });
    const session = await sessions.createSession({ userId: ben.id });
    await sessions.revokeSession(session.id);
    await sessions.createSession({ userId: ben.id });
    await users.deleteUser(ben.id);
    await organizations.deleteOrganization(acme.id);
    const expected = [
      'user.created',
      'user.updated',
      'organization.created',
      'organizationMembership.created',
      'organization.updated',
      'user.created',
      'organizationMembership.created',
      'organizationMembership.updated',
      'organizationInvitation.created',
      'organizationInvitation.revoked',
      'session.created',
      'session.revoked',
      'session.created',
      'organizationMembership.deleted',
      'session.removed',
      'user.deleted',
      'organizationMembership.deleted',
      'organization.deleted',
    ];
    const received = await receiver.wait(expected.length);
    expect(received.map(({ event }): string => event.type).sort()).toEqual(expected.sort());
    const openApi = hasClerkOpenApi ? loadClerkOpenApi('webhooks') : null;
    const { webhookSecret, instanceId } = world.clerk.services.keys;
    for (const message of received) {
      verifySignature(webhookSecret, message);
      openApi?.expectWebhook(message.event.type, message.event);
      expect(message.event).toMatchObject({ object: 'event', instance_id: instanceId });
      expect(message.event.event_attributes.http_request.client_ip).toBe('127.0.0.1');
      expect(message.id).toMatch(/^msg_/);
    }
    expect(new Set(received.map(({ id }) => id)).size).toBe(expected.length);
  });

  it('is accepted by Clerk’s own verifyWebhook', async () => {
    const user = await newUser('ann@example.com');
    const [message] = await receiver.wait(1);
    const request = new Request(receiver.url, {
      method: 'POST',
      headers: Object.entries(message?.headers ?? {}).flatMap(
        ([name, value]): [string, string][] =>
          name.startsWith('svix-') ? [[name, String(value)]] : [],
      ),
      body: message?.body ?? '',
    });
    const event = await verifyWebhook(request, {
      signingSecret: world.clerk.services.keys.webhookSecret,
    });
    expect(event).toMatchObject({ type: 'user.created', data: { id: user.id } });
  });

  it('shows in user.updated the very updated_at and metadata of the Backend API, private ones too', async () => {
    const { id } = await newUser('ann@example.com');
    await world.sdk.users.updateUserMetadata(id, { privateMetadata: { rollcall: { rev: 3 } } });
    const [message] = await receiver.wait(1, { type: 'user.updated' });
    expect(message?.event.data).toEqual((await world.api('GET', `/users/${id}`)).json);
    expect(message?.event.data.private_metadata).toEqual({ rollcall: { rev: 3 } });
  });

  it('B5: says of a deleted user only the id, and that it was deleted', async () => {
    const user = await world.sdk.users.createUser({
      emailAddress: ['x@example.com'],
      password,
      externalId: 'old-7',
    });
    await world.sdk.users.deleteUser(user.id);
    const [message] = await receiver.wait(1, { type: 'user.deleted' });
    expect(message?.event.data).toEqual({
      id: user.id,
      object: 'user',
      external_id: 'old-7',
      deleted: true,
    });
  });

  it('sends nothing for a refused change and for activity that Clerk does not count as an update', async () => {
    const { id } = await newUser('ann@example.com');
    await newUser('ann@example.com').catch(() => {});
    await world.api('PATCH', `/users/${id}/metadata`, { public_metadata: { a: 'x'.repeat(9000) } });
    world.clerk.services.store.transact((tx) =>
      tx.update('users', id, { lastActiveAt: Date.now() }),
    );
    await world.sdk.users.updateUser(id, { firstName: 'Ann' });
    await receiver.wait(1, { type: 'user.updated' });
    expect(receiver.received.map(({ event }) => event.type)).toEqual([
      'user.created',
      'user.updated',
    ]);
  });

  it('says nothing of people who are loaded in bulk', async () => {
    await world.control('POST', '/seed', { users: 50 });
    await newUser('ann@example.com');
    await receiver.wait(1);
    expect((await world.control('GET', '/status')).json.counts.deliveries).toMatchObject({
      delivered: 1,
      pending: 0,
    });
  });
});

describe('webhooks: switches and log', () => {
  let receiver: WebhookReceiver;
  let world: LocalClerkWorld;
  beforeEach(async () => {
    receiver = await createWebhookReceiver();
    world = await createLocalClerkWorld({ webhookUrls: [receiver.url] });
  });
  afterEach(async () => {
    await world.close();
    await receiver.close();
  });
  const newUser = (email: string) =>
    world.sdk.users.createUser({ emailAddress: [email], password });
  const mode = (body: object) => world.control('POST', '/webhooks/mode', body);
  const deliveries = async () =>
    (await world.control('GET', '/deliveries')).json.deliveries as Wire[];

  it('pauses, keeps what happens over a restart, and delivers it on resume', async () => {
    await mode({ mode: 'pause' });
    const { id } = await newUser('ann@example.com');
    await world.restart();
    await world.sdk.users.updateUserMetadata(id, { publicMetadata: { role: 'admin' } });
    expect((await deliveries()).map(({ status }) => status)).toEqual(['pending', 'pending']);
    expect(receiver.received).toEqual([]);
    await mode({ mode: 'deliver' });
    await receiver.wait(2);
  });

  it('drops: logged, never sent by itself, sendable by hand', async () => {
    await mode({ mode: 'drop' });
    await newUser('ann@example.com');
    const [dropped] = await deliveries();
    expect(dropped).toMatchObject({ status: 'dropped', attempts: [], type: 'user.created' });
    await mode({ mode: 'deliver' });
    const resent = await world.control('POST', `/deliveries/${dropped.id}/resend`);
    expect(resent.status).toBe(202);
    const [message] = await receiver.wait(1);
    expect(message?.id).toBe(dropped.messageId);
  });

  it('duplicates: the same svix-id and body as often as asked', async () => {
    await mode({ mode: 'deliver', duplicate: 2 });
    await newUser('ann@example.com');
    const received = await receiver.wait(3);
    expect(new Set(received.map(({ id, body }) => id + body)).size).toBe(1);
  });

  it('reorders: newest first', async () => {
    await mode({ mode: 'pause' });
    const { id } = await newUser('ann@example.com');
    for (const firstName of ['A', 'B', 'C']) await world.sdk.users.updateUser(id, { firstName });
    await mode({ mode: 'deliver', reorder: true });
    const received = await receiver.wait(4);
    expect(received.map(({ event }) => event.data.first_name)).toEqual(['C', 'B', 'A', null]);
  });

  it('logs status, time and the beginning of the answer, and pages through the log', async () => {
    receiver.answer = () => ({ status: 200, body: 'z'.repeat(5000) });
    for (const name of ['a', 'b', 'c']) await newUser(`${name}@example.com`);
    await receiver.wait(3);
    await settled(world);
    const first = (await world.control('GET', '/deliveries?limit=2')).json;
    const second = (await world.control('GET', `/deliveries?limit=2&before=${first.before}`)).json;
    const all = [...first.deliveries, ...second.deliveries];
    expect(all.map((entry) => entry.payload.data.email_addresses[0].email_address)).toEqual([
      'c@example.com',
      'b@example.com',
      'a@example.com',
    ]);
    for (const entry of all) {
      expect(entry).toMatchObject({ status: 'delivered', url: receiver.url, nextAttemptAt: null });
      expect(entry.attempts).toHaveLength(1);
      expect(entry.attempts[0]).toMatchObject({ status: 200 });
      expect(entry.attempts[0].excerpt).toHaveLength(1024);
    }
    expect(second.before).toBeNull();
    expect((await world.control('POST', '/deliveries/dlv_999/resend')).status).toBe(404);
  });

  it('sends to every endpoint of the ring, and a dead one does not hold up the others', async () => {
    const other = await createWebhookReceiver();
    await other.close();
    await world.restart({ webhookUrls: [other.url, receiver.url] });
    await newUser('ann@example.com');
    await receiver.wait(1);
    await settled(world, 1);
    const log = await deliveries();
    const dead = log.find(({ url }) => url === other.url);
    expect(dead).toMatchObject({ status: 'pending', attempts: [{ status: null }] });
    expect(dead.attempts[0].excerpt).toContain('ECONNREFUSED');
  });

  it('follows an endpoint to its new address after a restart', async () => {
    await mode({ mode: 'pause' });
    await newUser('ann@example.com');
    const moved = await createWebhookReceiver();
    await world.restart({ webhookUrls: [moved.url] });
    await mode({ mode: 'deliver' });
    expect(await moved.wait(1)).toHaveLength(1);
    await moved.close();
  });

  it('delivers a storm completely, with a bounded number of requests at a time', async () => {
    const people = 400;
    await world.control('POST', '/seed', { users: people });
    const users = world.clerk.services.store.find('users', {});
    world.clerk.services.store.transact((tx) => {
      for (const { id } of users) tx.update('users', id, { publicMetadata: { storm: true } });
    });
    const received = await receiver.wait(people, { withinMs: 50_000 });
    expect(new Set(received.map(({ event }) => event.data.id)).size).toBe(people);
  });
});

if (!hasClerkOpenApi) it.skip(withoutClerkOpenApi('webhooks, the shapes'));

/** Until only `pending` deliveries wait for a retry and every other result is written. */
async function settled(world: LocalClerkWorld, pending = 0): Promise<void> {
  await expect
    .poll(
      async () => {
        const { deliveries } = (await world.control('GET', '/deliveries')).json;
        const untried = deliveries.filter(
          (entry: Wire) => entry.status === 'pending' && entry.attempts.length === 0,
        );
        const waiting = deliveries.filter((entry: Wire) => entry.status === 'pending');
        return untried.length === 0 && waiting.length === pending;
      },
      { timeout: 15_000 },
    )
    .toBe(true);
}
