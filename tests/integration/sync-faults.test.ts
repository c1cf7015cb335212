import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  codeOf,
  deliver,
  disconnectWorld,
  internal,
  rowOf,
  rowsOf,
  verifyAudit,
} from '../support/convex-world';
import { rawUser } from '../support/fake-clerk';
import { random } from '../support/random';
import {
  addsUp,
  differences,
  drive,
  populate,
  runOf,
  settled,
  sync,
  type SyncWorld,
  syncWorld,
} from '../support/sync-world';

let world: SyncWorld;
beforeEach(() => {
  world = syncWorld();
});
afterEach(disconnectWorld);

function refusal(status: number, headers: Record<string, string> = {}): Response {
  return Response.json({ errors: [{ code: 'fault' }] }, { status, headers });
}

const people = 1_100;

describe('A8: Clerk in trouble', () => {
  test.each([1, 2, 3])('storms of 429, 5xx and broken connections, schedule %i', async (seed) => {
    const { t, clerk, lists } = world;
    populate(clerk, people);
    const chance = random(seed);
    lists.intercept = () => {
      const roll = chance();
      if (roll < 0.15) return refusal(429, { 'retry-after': '2' });
      if (roll < 0.3) return refusal(500 + Math.floor(chance() * 5));
      if (roll < 0.4) throw new TypeError('the connection broke off');
      return undefined;
    };
    const run = await sync(t);
    expect(run).toMatchObject({ status: 'completed', tallies: { users: { added: people } } });
    expect(addsUp(run)).toBe(true);
    expect(await differences(t, clerk)).toEqual([]);
    await verifyAudit(t);
  });

  test('a request that never answers is given up after 30 s and tried again', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, 20);
    let hung = 0;
    const answers = lists.fetch;
    vi.stubGlobal('fetch', async (input: unknown, init: RequestInit = {}) => {
      if (!String(input).includes('/v1/users?') || hung++ > 0) return await answers(input, init);
      return await new Promise<Response>((_resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    });
    const startedAt = Date.now();
    expect(await sync(t)).toMatchObject({ status: 'completed', tallies: { users: { seen: 20 } } });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(30_000);
  });

  test('A3: when it lasts the run fails, what was saved stays, running again catches up', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, people);
    lists.intercept = ({ path, nth }) =>
      path === '/v1/users' && nth >= 2 ? refusal(503) : undefined;
    const failed = await sync(t);
    expect(failed).toMatchObject({
      status: 'failed',
      failure: { code: 'CLERK_UNAVAILABLE', message: expect.stringContaining('503') },
    });
    expect(failed.tallies.users.added).toBeGreaterThan(0);
    expect(addsUp(failed)).toBe(true);
    lists.intercept = undefined;
    await sync(t);
    expect(await differences(t, clerk)).toEqual([]);
  });

  test('a wrong key ends it in the words of the guide', async () => {
    world.lists.acceptedKey = 'sk_test_another';
    const run = await sync(world.t);
    expect(run.failure).toEqual({
      code: 'CLERK_KEY_INVALID',
      message: 'The Clerk secret key is invalid or expired',
    });
  });
});

describe('lists that are not as they should be', () => {
  test('short pages lose nobody', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, people);
    lists.intercept = ({ path, body }) =>
      path === '/v1/users' && Array.isArray(body) ? Response.json(body.slice(0, 90)) : undefined;
    await sync(t);
    expect(await differences(t, clerk)).toEqual([]);
  });

  test('an empty page in the middle, and at the end, is asked for again', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, people);
    lists.intercept = ({ path, nth }) =>
      path === '/v1/users' && nth % 2 === 1 ? Response.json([]) : undefined;
    const run = await sync(t);
    expect(run.status).toBe('completed');
    expect(await differences(t, clerk)).toEqual([]);
  });

  test('a list that stays short is reported, and sweeps nothing', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, 300);
    await sync(t);
    lists.intercept = ({ path, query }) =>
      path === '/v1/users' && !query.has('user_id') ? Response.json([]) : undefined;
    const run = await sync(t);
    expect(run.warnings).toEqual([expect.stringContaining('its list had 0')]);
    expect(run.unseen).toBe(300);
    expect(run.missing).toBe(0);
    expect((await rowsOf(t, 'p00000'))[0]).toMatchObject({ isActive: true });
  });

  test('a page that repeats for ever ends the run, nothing is counted twice', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, people);
    const first = [...clerk.users.values()].slice(0, 500);
    lists.intercept = ({ path }) => (path === '/v1/users' ? Response.json(first) : undefined);
    const run = await sync(t);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'CLERK_REFUSED' } });
    expect(run.tallies.users.added).toBe(500);
  });

  test('a record without an id, and one of nonsense, fail alone with a reason', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, 10);
    lists.intercept = ({ path, nth, body }) =>
      path === '/v1/users' && nth === 0 && Array.isArray(body)
        ? Response.json([{ object: 'user' }, 7, ...(body as unknown[])])
        : undefined;
    const run = await sync(t);
    expect(run.tallies.users).toMatchObject({ added: 10, failed: 2, seen: 12 });
    const errors = await t.query(internal.adminSync.errors, {
      runId: run._id,
      paginationOpts: { numItems: 10, cursor: null },
    });
    expect(errors.page.map(({ reason }) => reason)).toEqual([
      'the user object has no usable id',
      'the user object has no usable id',
    ]);
  });
});

describe('a world that moves meanwhile', () => {
  test('people created and deleted while a run goes, the one at the cursor among them', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, people);
    const gone: string[] = [];
    lists.intercept = async ({ path, nth, body }) => {
      if (path !== '/v1/users' || !Array.isArray(body)) return undefined;
      clerk.create(rawUser(`new${nth}`));
      const last = (body as { id: string }[]).at(-1);
      if (last === undefined || nth > 1) return undefined;
      // Deleted after the page was made: the next cursor is nobody any more.
      gone.push(last.id);
      clerk.delete(last.id);
      return undefined;
    };
    const run = await sync(t);
    expect(run.status).toBe('completed');
    const late = [...clerk.users.keys()].filter((id) => id.startsWith('new'));
    // Whoever was created after their place in the list comes by webhook, as do the deletions.
    for (let event = clerk.events.shift(); event; event = clerk.events.shift()) {
      await deliver(t, event);
    }
    expect(late.length).toBeGreaterThan(0);
    expect(await differences(t, clerk)).toEqual([]);
    for (const id of gone) expect((await rowOf(t, id)).deletedAt).toBeDefined();
  });

  test('rule 2: a page older than a webhook that came meanwhile does not overwrite it', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, 40);
    await sync(t);
    clerk.rename('p00007', 'Old');
    const stale = structuredClone([...clerk.users.values()]);
    clerk.rename('p00007', 'New');
    clerk.delete('p00009');
    for (const event of clerk.events.splice(0)) await deliver(t, event);
    lists.intercept = ({ path, nth }) =>
      path === '/v1/users' && nth === 2 ? Response.json(stale) : undefined;
    const run = await sync(t);
    expect(run.tallies.users).toMatchObject({ newer: 1, deletedHere: 1 });
    expect(await rowOf(t, 'p00007')).toMatchObject({ firstName: 'New' });
    expect((await rowOf(t, 'p00009')).deletedAt).toBeDefined();
  });
});

describe('one run at a time', () => {
  test('the second is told who runs; a driver that holds the lease keeps others out', async () => {
    const { t, clerk } = world;
    populate(clerk, 30);
    const runId = await t.mutation(internal.adminSync.start, { mode: 'apply' });
    expect(await codeOf(t.mutation(internal.adminSync.start, { mode: 'dryRun' }))).toBe(
      'SYNC_RUNNING',
    );
    await settled(
      Promise.all([
        t.action(internal.syncWork.drive, { runId }),
        t.action(internal.syncWork.drive, { runId }),
      ]),
    );
    expect((await runOf(t, runId)).tallies.users).toMatchObject({ seen: 30, added: 30 });
  });

  test('A5: a cancelled run stops within seconds, also while it waits for Clerk', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, 600);
    const runId = await t.mutation(internal.adminSync.start, { mode: 'apply' });
    lists.intercept = async ({ path, nth }) => {
      if (path !== '/v1/users' || nth !== 1) return undefined;
      await t.mutation(internal.adminSync.cancel, { runId });
      return refusal(429, { 'retry-after': '600' });
    };
    const startedAt = Date.now();
    await drive(t, runId);
    expect(await runOf(t, runId)).toMatchObject({ status: 'cancelled' });
    expect(Date.now() - startedAt).toBeLessThan(60_000);
    expect(await codeOf(t.mutation(internal.adminSync.cancel, { runId }))).toBe('SYNC_ENDED');
  });

  test('pain 19: a driver that died: the watcher takes over, and at most one page is read again', async () => {
    const { t, clerk, lists } = world;
    populate(clerk, 2_600);
    const runId = await t.mutation(internal.adminSync.start, { mode: 'apply' });
    let asked = 0;
    let isDead = false;
    const answers = lists.fetch;
    vi.stubGlobal('fetch', async (input: unknown, init: RequestInit = {}) => {
      const isPage = String(input).includes('limit=500') && String(input).includes('/v1/users?');
      if (isPage) asked += 1;
      // A killed process: its requests are never heard of again, and neither are its heartbeats.
      if (isDead || (isPage && asked === 4)) {
        isDead = true;
        return await new Promise<Response>(() => undefined);
      }
      return await answers(input, init);
    });
    const dead = t.action(internal.syncWork.drive, { runId });
    dead.catch(() => undefined);
    await settled(
      (async () => {
        while (!isDead) await new Promise((resolve) => void setTimeout(resolve, 10));
      })(),
    );
    const before = await runOf(t, runId);
    expect(before.tallies.users.added).toBeGreaterThan(0);
    // What kills the process takes its lease along only after a while.
    await t.run(async (ctx) => {
      await ctx.db.patch('syncRuns', runId, { lease: { driver: 'dead', until: Date.now() - 1 } });
    });
    vi.stubGlobal('fetch', answers);
    lists.asked.length = 0;
    await t.action(internal.adminSync.watch, {});
    await drive(t, runId);
    await settled(
      (async () => {
        while ((await runOf(t, runId)).status === 'running') {
          await new Promise((resolve) => void setTimeout(resolve, 10));
        }
      })(),
    );
    const run = await runOf(t, runId);
    expect(run).toMatchObject({ status: 'completed', tallies: { users: { seen: 2_600 } } });
    expect(addsUp(run)).toBe(true);
    const left = Math.ceil((2_600 - before.tallies.users.added) / 500);
    // One more per slice that begins again, and one empty page at the end of the list.
    expect(lists.asked.filter((path) => path === '/v1/users').length).toBeLessThanOrEqual(left + 2);
    expect(await differences(t, clerk)).toEqual([]);
  });
});

test('A11: only a domain, only some ids, only one kind', async () => {
  const { t, clerk } = world;
  populate(clerk, 30);
  clerk.users.set(
    'other',
    rawUser('other', { email_addresses: [], primary_email_address_id: null }),
  );
  expect(await codeOf(t.mutation(internal.adminSync.start, { mode: 'apply', ids: [] }))).toBe(
    'INVALID_INPUT',
  );
  const some = await sync(t, { ids: ['p00003', 'p00004', 'nobody'] });
  expect(some.tallies.users).toMatchObject({ added: 2, failed: 1, seen: 3 });
  const domain = await sync(t, { emailDomain: '@Rollcall.test' });
  expect(domain.tallies.users).toMatchObject({ added: 28, unchanged: 2, failed: 0 });
  expect(await rowsOf(t, 'other')).toEqual([]);
  const organizations = await sync(t, { only: 'organizations' });
  expect(organizations.tallies.users.seen).toBe(0);
});
