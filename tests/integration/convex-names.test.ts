import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { random } from '../support/random';
import { envelope, rawUser, type FakeClerk } from '../support/fake-clerk';
import {
  api,
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
  verifyAudit,
} from '../support/convex-world';

/** Random schedules: a few in `npm test`, as many as one likes by hand. */
const schedules = Number(process.env.NAME_SCHEDULES ?? 6);

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

async function rename(by: string, id: string, firstName: string, lastName = 'Lee') {
  const { _id: userId } = await rowOf(t, id);
  return await as(t, by).mutation(api.users.updateName, { userId, firstName, lastName });
}

async function settle(): Promise<void> {
  await drainOutbox(t);
  await deliverAll(t, clerk);
}

const inClerk = (id: string) => clerk.users.get(id)?.first_name;
const patches = () => clerk.requests.filter(({ method }) => method === 'PATCH');

describe('D2: a name changes here at once and in Clerk after', () => {
  test('one PATCH, the echo recognised, nothing personal in the audit log', async () => {
    const changed = await rename('boss', 'ann', '  Anna ', 'Lee-Roy');
    expect(changed).toMatchObject({ name: 'Anna Lee-Roy', nameEdit: { state: 'pending' } });
    await settle();
    expect(inClerk('ann')).toBe('Anna');
    expect(patches()).toMatchObject([
      { path: '/v1/users/ann', body: { first_name: 'Anna', last_name: 'Lee-Roy' } },
    ]);
    expect(await rowOf(t, 'ann')).toMatchObject({
      firstName: 'Anna',
      searchText: expect.stringContaining('anna lee-roy'),
      nameEdit: { state: 'synced', proven: true },
    });
    const entries = await auditEntries(t);
    expect(entries.map(({ action }) => action)).toContain('name.changed');
    expect(JSON.stringify(entries)).not.toContain('Anna');
    await verifyAudit(t);
  });

  test('an empty part is none, in both places', async () => {
    await rename('boss', 'ann', 'Anna', ' ');
    await settle();
    expect(await rowOf(t, 'ann')).toMatchObject({ name: 'Anna' });
    expect((await rowOf(t, 'ann')).lastName).toBeUndefined();
    expect(clerk.users.get('ann')?.last_name).toBeUndefined();
  });

  test('the same name changes nothing; endless and deleted are refused', async () => {
    await rename('boss', 'ann', 'Ann');
    expect(await intentsOf(t)).toEqual([]);
    expect(await codeOf(rename('boss', 'ann', 'x'.repeat(201)))).toBe('INVALID_INPUT');
    clerk.delete('ann');
    await deliverAll(t, clerk);
    expect(await codeOf(rename('boss', 'ann', 'Eve'))).toBe('USER_DELETED');
  });

  test('admins rename staff only, nobody else anybody', async () => {
    await rename('admin', 'ann', 'Anna');
    expect(await codeOf(rename('admin', 'boss', 'Bossy'))).toBe('FORBIDDEN');
    expect(await codeOf(rename('ann', 'ann', 'Me'))).toBe('FORBIDDEN');
  });
});

describe('names are merged by version, and old payloads undo nothing', () => {
  test('a payload that knows only the old name leaves ours, and takes the rest', async () => {
    await rename('boss', 'ann', 'Anna');
    const old = rawUser('ann', {
      image_url: 'https://img.clerk.test/new',
      updated_at: Date.now() + 5,
    });
    await deliver(t, envelope('user.updated', old));
    expect(await rowOf(t, 'ann')).toMatchObject({
      firstName: 'Anna',
      imageUrl: 'https://img.clerk.test/new',
      nameEdit: { state: 'pending' },
    });
  });

  test('two decisions in a row: the echo of the first does not undo the second', async () => {
    await rename('boss', 'ann', 'Anna');
    const [first] = await intentsOf(t, 'queued');
    if (first === undefined) throw new Error('nothing queued');
    let release = () => {};
    clerk.hold = new Promise((resolve) => (release = resolve));
    const pushing = t.action(internal.outbox.push, { intentId: first._id });
    await vi.waitFor(() => expect(clerk.inFlight.get('ann')).toBe(1));
    await rename('boss', 'ann', 'Annette');
    release();
    clerk.hold = undefined;
    await pushing;
    await deliverAll(t, clerk);
    expect((await rowOf(t, 'ann')).firstName).toBe('Annette');
    await settle();
    expect(inClerk('ann')).toBe('Annette');
    expect((await rowOf(t, 'ann')).nameEdit).toMatchObject({ state: 'synced', proven: true });
  });

  test('back to the old name while the new one is on its way: the last decision arrives', async () => {
    await rename('boss', 'ann', 'Anna');
    const [first] = await intentsOf(t, 'queued');
    if (first === undefined) throw new Error('nothing queued');
    let release = () => {};
    clerk.hold = new Promise((resolve) => (release = resolve));
    const pushing = t.action(internal.outbox.push, { intentId: first._id });
    await vi.waitFor(() => expect(clerk.inFlight.get('ann')).toBe(1));
    await rename('boss', 'ann', 'Ann');
    await deliver(t, envelope('user.updated', rawUser('ann', { updated_at: Date.now() + 1 })));
    release();
    clerk.hold = undefined;
    await pushing;
    for (let i = 0; i < 3; i++) await settle();
    expect(inClerk('ann')).toBe('Ann');
    expect(await rowOf(t, 'ann')).toMatchObject({
      firstName: 'Ann',
      nameEdit: { state: 'synced' },
    });
  });

  test('an edit in Clerk after ours wins, audited as external', async () => {
    await rename('boss', 'ann', 'Anna');
    await settle();
    vi.setSystemTime(Date.now() + 1_000);
    clerk.rename('ann', 'Nan');
    await deliverAll(t, clerk);
    const row = await rowOf(t, 'ann');
    expect(row.firstName).toBe('Nan');
    expect(row.nameEdit).toBeUndefined();
    expect(
      (await auditEntries(t)).find(({ action }) => action === 'name.changedInClerk'),
    ).toMatchObject({ source: 'clerk', after: { fields: ['firstName'] } });
  });

  test('an edit in Clerk while ours is on its way: the later one wins on both sides', async () => {
    await rename('boss', 'ann', 'Anna');
    vi.setSystemTime(Date.now() + 1_000);
    clerk.rename('ann', 'Nan');
    await deliverAll(t, clerk);
    await settle();
    expect([inClerk('ann'), (await rowOf(t, 'ann')).firstName]).toEqual(['Nan', 'Nan']);
    expect(await auditActions(t)).toContain('name.conflict');
  });

  test('a request that we stopped waiting for lands late: ours goes out again, once', async () => {
    clerk.faults.push({ status: 503 });
    await rename('boss', 'ann', 'Anna');
    await drainOutbox(t);
    await rename('boss', 'ann', 'Annette');
    await settle();
    expect(inClerk('ann')).toBe('Annette');
    const late = () => clerk.rename('ann', 'Anna');
    vi.setSystemTime(Date.now() + 1_000);
    late();
    await deliverAll(t, clerk);
    await settle();
    expect([inClerk('ann'), (await rowOf(t, 'ann')).firstName]).toEqual(['Annette', 'Annette']);
    expect(await auditActions(t)).toContain('name.pushOvertaken');
    // There was one such request: from now on it is an edit.
    vi.setSystemTime(Date.now() + 1_000);
    late();
    await deliverAll(t, clerk);
    expect((await rowOf(t, 'ann')).firstName).toBe('Anna');
  });

  test('given up on, then retried: it arrives although its answer is lost', async () => {
    clerk.faults.push({ status: 422 });
    await rename('boss', 'ann', 'Anna');
    await settle();
    expect(await rowOf(t, 'ann')).toMatchObject({ nameEdit: { state: 'failed' } });
    const { _id: userId } = await rowOf(t, 'ann');
    await as(t, 'boss').mutation(api.users.retryPush, { userId });
    clerk.faults.push({ status: 503, applied: true });
    await settle();
    expect(await rowOf(t, 'ann')).toMatchObject({
      firstName: 'Anna',
      nameEdit: { state: 'synced' },
    });
  });

  test('whatever the order, both sides end with one name', async () => {
    for (let seed = 1; seed <= schedules; seed++) {
      disconnectWorld();
      ({ t, clerk } = connectedWorld());
      clerk.create(rawUser('boss', { public_metadata: { role: 'superadmin' } }));
      clerk.create(rawUser('ann'));
      await deliverAll(t, clerk);
      const [here, there] = await play(random(seed));
      expect({ seed, name: here }).toEqual({ seed, name: there });
    }
  });
});

/** Decisions, edits, faults, and webhooks late, twice and out of order. */
async function play(chance: () => number): Promise<[unknown, unknown]> {
  const names = ['Ann', 'Bob', 'Cid', 'Dan'];
  const pick = () => names[Math.floor(chance() * names.length)] ?? 'Ann';
  const inbox: Parameters<typeof deliver>[1][] = [];
  for (let step = 0; step < 30; step++) {
    vi.setSystemTime(Date.now() + Math.floor(chance() * 3_000));
    const roll = chance();
    if (roll < 0.3) await rename('boss', 'ann', pick());
    else if (roll < 0.45) clerk.rename('ann', pick());
    else if (roll < 0.55) clerk.faults.push({ status: 503, applied: chance() < 0.5 });
    else if (roll < 0.75) await drainOutbox(t);
    else inbox.push(...clerk.events.splice(0));
    if (inbox.length > 0 && chance() < 0.5) {
      const [event] = inbox.splice(Math.floor(chance() * inbox.length), 1);
      if (event !== undefined) await deliver(t, event);
    }
  }
  clerk.faults.length = 0;
  for (const event of inbox) await deliver(t, event);
  for (let i = 0; i < 12; i++) {
    vi.setSystemTime(Date.now() + 120_000);
    await settle();
  }
  const row = await rowOf(t, 'ann');
  expect(row.nameEdit?.state ?? 'synced').toBe('synced');
  await verifyAudit(t);
  return [row.firstName, inClerk('ann')];
}
