import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  envelope,
  rawUser,
  signedHeaders,
  webhookSecret,
  type FakeClerk,
} from '../support/fake-clerk';
import {
  api,
  arrive,
  as,
  auditEntries,
  connectedWorld,
  type ConvexWorld,
  deliver,
  deliverAll,
  deliveryRows,
  disconnectWorld,
  internal,
  post,
  rowOf,
  verifyAudit,
} from '../support/convex-world';

const minuteMs = 60_000;
const otherSecret = `whsec_${btoa('another secret of ours')}`;

let t: ConvexWorld;
let clerk: FakeClerk;
beforeEach(async () => {
  ({ t, clerk } = connectedWorld());
  vi.stubEnv('CONVEX_SITE_URL', 'http://site.test');
  clerk.create(rawUser('boss', { public_metadata: { role: 'superadmin' } }));
  await deliverAll(t, clerk);
  // Watching begins with the first look.
  await canary();
});
afterEach(disconnectWorld);

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const health = async () => await as(t, 'boss').query(api.webhooks.health, {});
const canary = async () => await t.action(internal.webhooks.canary, {});
const alarms = async () =>
  (await auditEntries(t)).filter(({ alarm }) => alarm).map(({ action }) => action);

/** A change in Clerk whose webhook never comes. */
function loseOne(): void {
  clerk.rename('boss', `N${Date.now()}`);
  clerk.events.length = 0;
}

describe('rule 5: the ring of signing secrets says which is in use', () => {
  test('two live secrets, each with its last use, never the secret', async () => {
    vi.stubEnv('CLERK_WEBHOOK_SECRET', `${webhookSecret} ${otherSecret}`);
    const first = Date.now();
    pass(5 * minuteMs);
    await deliver(t, envelope('user.created', rawUser('ann')), { secret: otherSecret });
    const { secrets } = await health();
    expect(secrets.map(({ lastUsedAt }) => lastUsedAt)).toEqual([first, Date.now()]);
    expect(new Set(secrets.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    const stored = JSON.stringify(
      await t.run(async ({ db }) => await db.query('signingSecrets').collect()),
    );
    expect(stored).not.toContain(webhookSecret.slice(6));
    expect(secrets.every(({ fingerprint }) => /^[0-9a-f]{8}$/.test(fingerprint))).toBe(true);
  });

  test('is written at most once a minute', async () => {
    const first = Date.now();
    for (let i = 0; i < 5; i++) {
      pass(10_000);
      await arrive(t, `p${i}`);
    }
    expect((await health()).secrets).toMatchObject([{ lastUsedAt: first }]);
    pass(20_000);
    await arrive(t, 'p9');
    expect((await health()).secrets).toMatchObject([{ lastUsedAt: Date.now() }]);
  });
});

describe('what the route refuses is counted, and a flood costs no writes', () => {
  const body = JSON.stringify(envelope('user.created', rawUser('eve')));

  test('a wrong secret and a wrong clock are told apart', async () => {
    await post(t, body, signedHeaders(body, { secret: otherSecret }));
    pass(10_000);
    const at = new Date(Date.now() - 6 * minuteMs);
    const late = await post(t, body, signedHeaders(body, { at }));
    expect(await late.json()).toMatchObject({ message: expect.stringContaining('five minutes') });
    pass(10_000);
    await post(t, body, signedHeaders(body, { at, secret: otherSecret }));
    pass(10_000);
    await post(t, body, {});
    const counts = (await health()).refusals.map(({ reason, count }) => [reason, count]);
    expect(Object.fromEntries(counts)).toEqual({ badSignature: 2, clockSkew: 1, malformed: 1 });
  });

  test('a thousand forged requests within a second write once', async () => {
    for (let i = 0; i < 1_000; i++)
      await post(t, body, signedHeaders(body, { secret: otherSecret }));
    expect((await health()).refusals).toMatchObject([{ reason: 'badSignature', count: 1 }]);
    pass(6_000);
    await post(t, body, signedHeaders(body, { secret: otherSecret }));
    expect((await health()).refusals).toMatchObject([{ count: 1_001 }]);
    expect(await deliveryRows(t)).toHaveLength(1);
  });
});

describe('the canary names the cause when deliveries stop', () => {
  test('healthy while everything arrives; sign-ins alone are nothing missed', async () => {
    pass(30 * minuteMs);
    expect(await canary()).toBe('healthy');
    const boss = clerk.users.get('boss');
    if (boss === undefined) throw new Error('no boss');
    clerk.users.set('boss', { ...boss, last_sign_in_at: Date.now(), updated_at: Date.now() });
    pass(30 * minuteMs);
    expect(await canary()).toBe('healthy');
    expect(await health()).toMatchObject({ missed: 0, lastCheckedAt: Date.now() });
    expect(await alarms()).toEqual([]);
  });

  test('late, then dead with one alarm; a sync hides nothing; back with an event', async () => {
    pass(minuteMs);
    loseOne();
    pass(minuteMs);
    expect(await canary()).toBe('healthy');
    pass(3 * minuteMs);
    expect(await canary()).toBe('late');
    pass(10 * minuteMs);
    expect(await canary()).toBe('dead');
    expect(await canary()).toBe('dead');
    expect(await health()).toMatchObject({
      state: 'dead',
      cause: 'endpointDisabled',
      remedy: expect.stringContaining('Enable'),
      missing: [{ kind: 'user', externalId: 'boss' }],
      endpoints: ['http://site.test/clerk-users-webhook'],
    });
    expect(await alarms()).toEqual(['webhooks.dead']);
    const raw = clerk.users.get('boss');
    await t.action(internal.clerk.refetch, { externalId: 'boss', ask: 0 });
    expect((await rowOf(t, 'boss')).firstName).toBe(raw?.first_name);
    expect(await canary()).toBe('dead');
    pass(minuteMs);
    await arrive(t, 'ann');
    expect(await canary()).toBe('healthy');
    expect(await alarms()).toEqual(['webhooks.dead', 'webhooks.recovered']);
    await verifyAudit(t);
  });

  test('somebody whom we never heard of, while nothing ever arrived', async () => {
    disconnectWorld();
    ({ t, clerk } = connectedWorld());
    clerk.create(rawUser('elder'));
    pass(20 * minuteMs);
    // Who was there before anybody watched never had a webhook to miss.
    expect(await canary()).toBe('unknown');
    clerk.create(rawUser('ghost'));
    pass(20 * minuteMs);
    expect(await canary()).toBe('dead');
    const [row] = await t.run(async ({ db }) => await db.query('webhookHealth').collect());
    expect(row).toMatchObject({ cause: 'neverArrived' });
  });

  test.each<[string, () => unknown]>([
    ['routeUnreachable', () => (clerk.elsewhere = () => new Response(null, { status: 404 }))],
    [
      'wrongSecret',
      async () =>
        await deliver(t, envelope('user.updated', rawUser('boss')), { secret: otherSecret }),
    ],
    [
      'clockSkew',
      async () =>
        await deliver(t, envelope('user.updated', rawUser('boss')), {
          at: new Date(Date.now() + 10 * minuteMs),
        }),
    ],
    [
      'wrongInstance',
      async () =>
        await deliver(t, envelope('user.updated', rawUser('x'), { instance_id: 'ins_other' })),
    ],
    ['noSecret', () => vi.stubEnv('CLERK_WEBHOOK_SECRET', '')],
    ['clerkNotAsked', () => clerk.faults.push({ status: 401 })],
  ])('%s', async (cause, happen) => {
    pass(minuteMs);
    loseOne();
    pass(15 * minuteMs);
    await happen();
    pass(minuteMs);
    await canary();
    expect(await health()).toMatchObject({ cause });
  });
});

describe('an event that cannot be applied is not retried for ever', () => {
  /** Two rows of one id, which no function makes: the mutation throws. */
  async function breakTable(): Promise<void> {
    await t.run(async ({ db }) => {
      const row = await db.query('users').first();
      if (row === null) throw new Error('no row');
      const { _id, _creationTime, ...fields } = row;
      await db.insert('users', fields);
    });
  }
  const attempt = async () =>
    await deliver(t, envelope('user.updated', rawUser('boss')), { id: 'msg_poison' });

  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));

  test('after five attempts over an hour it is parked as failed, with reason and alarm', async () => {
    await breakTable();
    for (const waitMs of [0, 5_000, 5 * minuteMs, 30 * minuteMs]) {
      pass(waitMs);
      expect((await attempt()).status).toBe(500);
    }
    expect(await deliveryRows(t)).toHaveLength(1);
    pass(120 * minuteMs);
    expect((await attempt()).status).toBe(200);
    expect((await deliveryRows(t)).at(-1)).toMatchObject({
      svixId: 'msg_poison',
      outcome: 'failed',
      why: expect.stringContaining('given up after 5 attempts'),
      alarm: true,
    });
    expect(await alarms()).toEqual(['delivery.parked']);
    expect((await attempt()).status).toBe(200);
    await verifyAudit(t);
  });

  test('many attempts at once park nothing, and trouble that passes leaves nothing behind', async () => {
    await breakTable();
    for (let i = 0; i < 8; i++) expect((await attempt()).status).toBe(500);
    await t.run(async ({ db }) => {
      const [, twin] = await db.query('users').collect();
      if (twin) await db.delete('users', twin._id);
    });
    expect((await attempt()).status).toBe(200);
    await canary();
    expect(await t.run(async ({ db }) => await db.query('failedEvents').collect())).toEqual([]);
    expect(await alarms()).toEqual([]);
  });

  test('keeps no word of the event', async () => {
    await breakTable();
    await attempt();
    const [failed] = await t.run(async ({ db }) => await db.query('failedEvents').collect());
    expect(JSON.stringify(failed)).not.toContain('boss@rollcall.test');
  });
});
