import { request } from 'node:http';
import { isClerkAPIResponseError } from '@clerk/shared/error';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock, type Clock } from '../../local/clerk/clock';
import {
  createLocalClerkWorld,
  type LocalClerkWorld,
  type Wire,
} from '../support/local-clerk-world';

const windowMs = 10_000;

describe('Backend API: rate limits, by a clock that only tests move', () => {
  let world: LocalClerkWorld;
  let clock: Clock;
  beforeEach(async () => {
    clock = createClock(() => 1_790_000_000_000);
    world = await createLocalClerkWorld({ clock, rateLimits: 'development' });
  });
  afterEach(async () => {
    await world.close();
  });
  const count = () => world.api('GET', '/users/count');
  const statuses = async (times: number, call: () => Promise<{ status: number }>) => {
    const seen: number[] = [];
    for (let index = 0; index < times; index += 1) seen.push((await call()).status);
    return seen;
  };

  it('A8: lets 100 requests through in 10 s, then answers 429 with Retry-After until the window ends', async () => {
    expect(new Set(await statuses(100, count))).toEqual(new Set([200]));
    clock.advance(3_500);
    const refused = await count();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(refused.json.errors[0].code).toBe('too_many_requests');
    clock.advance(windowMs - 3_500 - 1);
    expect((await count()).status).toBe(429);
    clock.advance(1);
    expect((await count()).status).toBe(200);
  });

  it('tells the SDK how long to wait', async () => {
    await statuses(100, count);
    const error = await world.sdk.users.getCount().catch((thrown: unknown) => thrown);
    expect(isClerkAPIResponseError(error) && error.retryAfter).toBe(10);
  });

  it('allows 1000 in production mode, and any number when switched off', async () => {
    await world.control('POST', '/rate-limits', { mode: 'production' });
    const { rateLimits } = world.clerk.services;
    const take = () => rateLimits.take({ method: 'GET', path: '/v1/users' });
    for (let index = 0; index < 1000; index += 1) take();
    expect(take).toThrow('too_many_requests');
    await world.control('POST', '/rate-limits', { mode: 'off' });
    for (let index = 0; index < 1001; index += 1) take();
    expect((await world.control('POST', '/rate-limits', { mode: 'slow' })).status).toBe(422);
  });

  it('allows 10 updates of one user or of their metadata in 10 s, without holding up others', async () => {
    const create = (email: string) =>
      world.api('POST', '/users', { email_address: [email], skip_password_requirement: true });
    const [ann, ben] = [await create('ann@example.com'), await create('ben@example.com')];
    const update = (id: string) => () =>
      world.api('PATCH', `/users/${id}/metadata`, { public_metadata: { n: 1 } });
    expect(await statuses(10, update(ann.json.id))).toEqual(Array(10).fill(200));
    expect((await update(ann.json.id)()).status).toBe(429);
    const profile = await world.api('PATCH', `/users/${ann.json.id}`, { first_name: 'Ann' });
    expect(profile.status).toBe(429);
    expect((await update(ben.json.id)()).status).toBe(200);
    expect((await world.api('GET', `/users/${ann.json.id}`)).status).toBe(200);
    clock.advance(windowMs);
    expect((await update(ann.json.id)()).status).toBe(200);
  });

  it('does not count requests with a wrong key, nor the public keys', async () => {
    await statuses(150, () =>
      world.api('GET', '/users', undefined, { authorization: 'Bearer sk_test_x' }),
    );
    await statuses(150, () => world.api('GET', '/jwks'));
    expect((await count()).status).toBe(200);
  });
});

describe('Backend API: faults', () => {
  let world: LocalClerkWorld;
  beforeEach(async () => {
    world = await createLocalClerkWorld();
  });
  afterEach(async () => {
    await world.close();
  });
  const fault = (body: object) => world.control('POST', '/faults', body);

  it('D2: answers 402 to bans only, and changes nothing, as on a plan without bans', async () => {
    const { json: user } = await world.api('POST', '/users', {
      email_address: ['a@example.com'],
      skip_password_requirement: true,
    });
    await fault({ status: 402, match: '/ban' });
    const refused = await world.api('POST', `/users/${user.id}/ban`);
    expect([refused.status, refused.json.errors[0].code]).toEqual([
      402,
      'unsupported_subscription_plan_features',
    ]);
    expect((await world.api('GET', `/users/${user.id}`)).json.banned).toBe(false);
    await world.control('DELETE', '/faults');
    expect((await world.api('POST', `/users/${user.id}/ban`)).json.banned).toBe(true);
  });

  it('A8: strikes as often as asked, with Retry-After, by method and path', async () => {
    await fault({ status: 429, retryAfterS: 4, match: 'GET /v1/users', count: 2 });
    const first = await world.api('GET', '/users');
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '4']);
    expect((await world.api('GET', '/organizations')).status).toBe(200);
    expect((await world.api('GET', '/users/count')).status).toBe(429);
    expect((await world.api('GET', '/users')).status).toBe(200);
    expect((await world.control('GET', '/status')).json.faults).toEqual([]);
  });

  it('delays without failing', async () => {
    await fault({ delayMs: 120, count: 1 });
    const startedAt = performance.now();
    expect((await world.api('GET', '/users')).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115);
  });

  it.each([{ status: 200 }, { status: 700 }, { delayMs: -1 }, { retryAfterS: 'x' }])(
    'refuses the nonsense %j',
    async (body) => {
      expect((await fault(body)).status).toBe(422);
    },
  );
});

describe('Backend API: request bodies', () => {
  let world: LocalClerkWorld;
  beforeEach(async () => {
    world = await createLocalClerkWorld();
  });
  afterEach(async () => {
    await world.close();
  });

  it('answers 413 to more than 10 MiB and 400 to what is no JSON object', async () => {
    const tooMuch = { first_name: 'x'.repeat(10 * 1024 * 1024) };
    const large = await world.api('POST', '/users', tooMuch);
    expect([large.status, large.json.errors[0].code]).toEqual([413, 'request_body_too_large']);
    const list = await world.api('POST', '/users', ['x']);
    expect([list.status, list.json.errors[0].code]).toEqual([400, 'request_body_invalid']);
  });
});

describe('control interface', () => {
  let world: LocalClerkWorld;
  beforeEach(async () => {
    world = await createLocalClerkWorld();
  });
  afterEach(async () => {
    await world.close();
  });

  const foreign: [string, Record<string, string>][] = [
    ['a name that only resolves to this machine', { host: 'rebound.example.com' }],
    ['a page elsewhere', { origin: 'https://evil.example.com' }],
    ['a page on another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a page without an origin', { origin: 'null' }],
    ['a cross-site navigation', { 'sec-fetch-site': 'cross-site' }],
  ];
  it.each(foreign)('refuses %s and does nothing', async (_what, headers) => {
    expect(await rawStatus(world.url, headers)).toBe(403);
    expect((await world.control('GET', '/status')).json.counts.users).toBe(0);
  });

  it('serves this machine’s programs and its own page', async () => {
    const { host, origin } = new URL(world.url);
    expect(await rawStatus(world.url, {})).toBe(200);
    expect(await rawStatus(world.url, { host: `localhost:${new URL(world.url).port}` })).toBe(200);
    expect(await rawStatus(world.url, { host, origin, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect((await world.control('GET', '/status')).json.counts.users).toBe(3);
  });

  it('shows instance, counts, modes and clock without any secret', async () => {
    const { json } = await world.control('GET', '/status');
    const { keys } = world.clerk.services;
    expect(json).toMatchObject({
      instanceId: keys.instanceId,
      rateLimits: 'off',
      webhooks: { mode: 'deliver', duplicate: 0, reorder: false },
      clock: { offsetMs: 0 },
    });
    for (const secret of [keys.secretKey, keys.webhookSecret, keys.clientKey]) {
      expect(JSON.stringify(json)).not.toContain(secret);
    }
  });

  it('moves the clock by or to an offset', async () => {
    expect((await world.control('POST', '/clock', { advanceMs: 60_000 })).json.offsetMs).toBe(
      60_000,
    );
    expect((await world.control('POST', '/clock', { advanceMs: 1 })).json.offsetMs).toBe(60_001);
    expect((await world.control('POST', '/clock', { offsetMs: 0 })).json.offsetMs).toBe(0);
    expect((await world.control('POST', '/clock', {})).status).toBe(422);
  });

  it('lets a second secret key be live beside the first, as Clerk does', async () => {
    const { secretKey } = (await world.control('POST', '/secret-keys', {})).json;
    const countWith = (key: string) =>
      fetch(`${world.url}/v1/users/count`, { headers: { authorization: `Bearer ${key}` } });
    expect((await countWith(secretKey)).status).toBe(200);
    expect((await countWith(`${secretKey}x`)).status).toBe(401);
    expect((await world.api('GET', '/users/count')).status).toBe(200);
  });

  it('loads different people each time, the same ones on every machine', async () => {
    await world.control('POST', '/seed', { users: 20 });
    await world.control('POST', '/seed', { users: 20 });
    const emails = (await world.api('GET', '/users?limit=100')).json.flatMap((user: Wire) =>
      user.email_addresses.map((email: Wire) => email.email_address),
    );
    const other = await createLocalClerkWorld();
    await other.control('POST', '/seed', { users: 40 });
    const again = (await other.api('GET', '/users?limit=100')).json.flatMap((user: Wire) =>
      user.email_addresses.map((email: Wire) => email.email_address),
    );
    await other.close();
    expect(again.sort()).toEqual(emails.sort());
    expect(new Set(emails).size).toBe(emails.length);
  });
});

/** `fetch` sets Host, Origin and Sec-Fetch-* itself, so these go by plain HTTP. */
function rawStatus(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    const call = request(`${url}/_local/seed`, options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end(JSON.stringify({ users: 1 }));
  });
}
