import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { syncTooNewMs } from '../../convex/model/limits';
import { tokenScopes } from '../../src/shared/api-tokens';
import {
  api,
  arrive,
  as,
  auditEntries,
  codeOf,
  deliver,
  disconnectWorld,
  internal,
  membershipRow,
  organizationRow,
  verifyAudit,
} from '../support/convex-world';
import { envelope, rawMembership, rawOrganization } from '../support/fake-clerk';
import { restWorld, tokenOf } from '../support/rest-world';
import { addsUp, ownedSyncWorld, settled, sync, type SyncWorld } from '../support/sync-world';

// The log event of a request belongs to the built server.
vi.mock('../../src/server/request-event', () => ({ annotateRequest: () => undefined }));

let world: SyncWorld;
beforeEach(async () => {
  world = await ownedSyncWorld();
});
afterEach(disconnectWorld);

function nth(prefix: string, i: number): string {
  return `${prefix}${String(i).padStart(4, '0')}`;
}

/** Organizations with two members each, known on both sides. */
async function organize(count: number): Promise<void> {
  const { t, clerk } = world;
  for (let i = 0; i < count; i++) {
    const id = nth('org', i);
    const at = 1_700_000_000_000 + i * 1_000;
    const times = { created_at: at, updated_at: at };
    clerk.organizations.set(id, rawOrganization(id, times));
    for (const user of ['boss', 'second']) {
      const membership = rawMembership(`${user}-${id}`, { organization: id, user }, times);
      clerk.memberships.set(membership.id, membership);
    }
  }
  await sync(t);
}

/** Deleted in Clerk, and no webhook says so. */
function lose(...ids: string[]): void {
  const { clerk } = world;
  for (const id of ids) {
    if (clerk.organizations.has(id)) clerk.deleteOrganization(id);
    else clerk.leave(id);
  }
  clerk.events.splice(0);
}

async function statusOf(id: string): Promise<string> {
  const { t } = world;
  const isMembership = id.includes('-');
  return (isMembership ? await membershipRow(t, id) : await organizationRow(t, id)).status;
}

async function confirm(who: string, runId: Awaited<ReturnType<typeof sync>>['_id']) {
  const { t } = world;
  await as(t, who).mutation(api.sync.confirmRemovals, { runId });
  await settled(t.action(internal.removals.carryOut, { runId }));
  return await t.query(internal.adminSync.run, { runId });
}

describe('pain 1: deletions of organizations and memberships that no webhook told of', () => {
  test('a sync finds them, asks Clerk by id, and buries them as the webhook would', async () => {
    const { t, lists } = world;
    await organize(4);
    lose('org0001', 'boss-org0002');
    const run = await sync(t);
    expect(run.tallies).toMatchObject({
      organizations: { seen: 3, unchanged: 3, removed: 1 },
      memberships: { seen: 5, unchanged: 5, removed: 1 },
    });
    expect(addsUp(run)).toBe(true);
    expect(run.removals).toMatchObject({ organizations: { unseen: 1, held: 0 } });
    for (const id of ['org0001', 'boss-org0001', 'second-org0001', 'boss-org0002']) {
      expect([id, await statusOf(id)]).toEqual([id, 'deleted']);
    }
    for (const id of ['org0000', 'second-org0002', 'boss-org0003']) {
      expect([id, await statusOf(id)]).toEqual([id, 'active']);
    }
    const entries = (await auditEntries(t)).filter(({ action }) => action.endsWith('deleted'));
    expect(entries.map(({ action, source }) => [action, source])).toEqual([
      ['organization.deleted', 'clerk'],
      ['memberships.deleted', 'clerk'],
      ['membership.deleted', 'clerk'],
    ]);
    await verifyAudit(t);
    lists.intercept = undefined;
    expect((await sync(t)).tallies.organizations).toMatchObject({ seen: 3, removed: 0 });
  });

  test('pain 5: what was removed stays gone, whatever arrives late', async () => {
    const { t, clerk } = world;
    await organize(2);
    const late = envelope('organization.updated', {
      ...clerk.organizations.get('org0001'),
      updated_at: Date.now(),
    });
    lose('org0001');
    await sync(t);
    await deliver(t, late);
    expect(await statusOf('org0001')).toBe('deleted');
  });

  test('what Clerk has after all, and what is too new for its list, stays', async () => {
    const { t, clerk, lists } = world;
    await organize(3);
    const at = Date.now() - syncTooNewMs / 2;
    await deliver(
      t,
      envelope('organization.created', rawOrganization('young', { created_at: at })),
    );
    lists.intercept = ({ path, body }) => hiding(path, body, 'org0001');
    const run = await sync(t, { only: 'organizations' });
    // The count says that the list was short.
    expect(run.removals.organizations).toMatchObject({ unseen: 1, brake: 'short' });
    lists.intercept = ({ path, body, query }) =>
      path === '/v1/organizations' && query.get('limit') === '1'
        ? Response.json({ data: [], total_count: 2 })
        : hiding(path, body, 'org0001');
    const again = await sync(t, { only: 'organizations' });
    expect(again.tallies.organizations).toMatchObject({ removed: 0 });
    expect(again.removals.organizations).toMatchObject({ unseen: 1, held: 0 });
    expect(await statusOf('org0001')).toBe('active');
    expect(await statusOf('young')).toBe('active');
    expect(clerk.organizations.has('org0001')).toBe(true);
  });

  test.each(['filter ignored', 'nonsense', 'a list that is not whole'])(
    'an answer about a membership that says nothing removes nothing: %s',
    async (what) => {
      const { t, clerk } = world;
      await organize(2);
      lose('boss-org0001');
      const { fetch } = clerk;
      const odd = [...clerk.memberships.values()].filter(({ id }) => id === 'second-org0001');
      vi.stubGlobal('fetch', async (input: unknown, init?: RequestInit) => {
        const url = new URL(String(input));
        if (!/organizations\/org0001\/memberships/.test(url.pathname)) {
          return await world.lists.fetch(input, init);
        }
        await fetch(input, init);
        if (what === 'nonsense') return Response.json({ data: 'none' });
        const data = what === 'filter ignored' ? odd : [];
        return Response.json({ data, total_count: 1 });
      });
      expect((await sync(t)).tallies.memberships).toMatchObject({ removed: 0 });
      expect(await statusOf('boss-org0001')).toBe('active');
    },
  );
});

function hiding(path: string, body: unknown, id: string): Response | undefined {
  if (path !== '/v1/organizations') return undefined;
  const { data, total_count } = body as { data: { id: string }[]; total_count: number };
  return Response.json({ data: data.filter((one) => one.id !== id), total_count });
}

describe('pain 6: the brakes of the sweep', () => {
  test.each(['empty', 'short'])('a list that is %s removes nothing', async (how) => {
    const { t, lists } = world;
    await organize(6);
    lists.intercept = ({ path, query, body }) => {
      if (path !== '/v1/organizations') return undefined;
      if (query.get('limit') === '1') return Response.json({ ...Object(body), data: [] });
      const { data } = body as { data: unknown[] };
      const some = how === 'short' && query.get('offset') === '0' ? data.slice(0, 2) : [];
      return Response.json({ data: some, total_count: 6 });
    };
    const run = await sync(t, { only: 'organizations' });
    expect(run.removals.organizations).toMatchObject({ brake: 'short', held: 0 });
    expect(run.warnings.join()).toMatch(/run again/);
    expect(await statusOf('org0005')).toBe('active');
    expect(await codeOf(confirm('second', run._id))).toBe('REMOVAL_REFUSED');
  });

  test('a list that repeats itself ends the run, and removes nothing', async () => {
    const { t, lists } = world;
    await organize(60);
    lists.intercept = ({ path, body, query }) => {
      if (path !== '/v1/organizations' || query.get('limit') === '1') return undefined;
      const all = [...world.clerk.organizations.values()].slice(0, 58);
      return Response.json({ ...Object(body), data: all });
    };
    const run = await sync(t, { only: 'organizations' });
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'CLERK_REFUSED' } });
    expect(await statusOf('org0059')).toBe('active');
  });

  test('a list of another instance is not even read', async () => {
    const { t, lists } = world;
    await organize(2);
    lists.instanceId = 'ins_other';
    lose('org0001');
    expect((await sync(t)).failure?.code).toBe('KEY_OF_OTHER_INSTANCE');
    expect(await statusOf('org0001')).toBe('active');
  });

  test('more than the limit waits for another superadmin, with an alarm; then each is asked again', async () => {
    const { t, clerk } = world;
    await organize(8);
    const lost = Array.from({ length: 6 }, (_, i) => nth('org', i));
    const first = structuredClone(clerk.organizations.get('org0000'));
    lose(...lost);
    const runId = await as(t, 'boss').mutation(api.sync.start, { mode: 'apply' });
    await settled(t.action(internal.syncWork.drive, { runId }));
    const run = await t.query(internal.adminSync.run, { runId });
    expect(run?.removals.organizations).toMatchObject({ unseen: 6, held: 6, brake: 'many' });
    expect(await statusOf('org0003')).toBe('active');
    expect(await statusOf('boss-org0003')).toBe('active');
    const alarms = (await auditEntries(t)).filter(({ alarm }) => alarm);
    expect(alarms.map(({ action }) => action)).toContain('sync.removalsHeld');
    await settled(t.action(internal.removals.carryOut, { runId }));
    expect(await statusOf('org0003')).toBe('active');
    expect(await codeOf(confirm('boss', runId))).toBe('SECOND_CONFIRMATION');
    if (first) clerk.organizations.set('org0000', first);
    const after = await confirm('second', runId);
    expect(after?.tallies.organizations).toMatchObject({ removed: 5 });
    expect(after?.removals.organizations).toMatchObject({ held: 0, confirmedBy: 'user:second' });
    expect(await statusOf('org0000')).toBe('active');
    expect(await statusOf('org0003')).toBe('deleted');
    expect(await statusOf('boss-org0003')).toBe('deleted');
    const gone = (await auditEntries(t)).find(({ target }) => target === 'organization:org0003');
    expect(gone).toBeDefined();
    expect(await codeOf(confirm('second', runId))).toBe('REMOVAL_REFUSED');
    await verifyAudit(t);
  });

  test('E2: over REST another superadmin confirms; an admin, a token and who started it may not', async () => {
    const { t } = world;
    const rest = restWorld(t);
    await arrive(t, 'ann', 'admin');
    await organize(1);
    lose('org0000');
    const runId = await as(t, 'boss').mutation(api.sync.start, { mode: 'apply' });
    await settled(t.action(internal.syncWork.drive, { runId }));
    const path = `/api/v1/admin/clerk/sync-logs/${runId}`;
    const seen = await rest('second', 'GET', path);
    expect(seen.body).toMatchObject({ removals: { organizations: { held: 1, brake: 'empty' } } });
    const ask = async (who: string) => await rest(who, 'POST', `${path}/confirm-removals`);
    const token = await tokenOf(t, 'second', [...tokenScopes]);
    expect(await ask('ann')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await ask(token)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await ask('boss')).toMatchObject({ body: { code: 'SECOND_CONFIRMATION' } });
    expect(await statusOf('org0000')).toBe('active');
    expect(await ask('second')).toMatchObject({ status: 202, body: { runId } });
    await settled(t.action(internal.removals.carryOut, { runId }));
    expect(await statusOf('org0000')).toBe('deleted');
    expect(await ask('second')).toMatchObject({ status: 409, body: { code: 'REMOVAL_REFUSED' } });
  });

  test('the last ones of a kind wait too: an empty list may be a mistake', async () => {
    const { t } = world;
    await organize(1);
    lose('org0000');
    const run = await sync(t);
    expect(run.removals).toMatchObject({ organizations: { held: 1, brake: 'empty' } });
    expect(await statusOf('org0000')).toBe('active');
    await t.mutation(internal.adminSync.confirmRemovals, { runId: run._id });
    await settled(t.action(internal.removals.carryOut, { runId: run._id }));
    expect(await statusOf('org0000')).toBe('deleted');
    expect(await statusOf('boss-org0000')).toBe('deleted');
  });

  test('what was confirmed is taken up again when its job died', async () => {
    const { t } = world;
    await organize(1);
    lose('org0000');
    const run = await sync(t);
    await t.mutation(internal.adminSync.confirmRemovals, { runId: run._id });
    const jobs = async () =>
      (await t.run(async (ctx) => await ctx.db.system.query('_scheduled_functions').collect()))
        .map(({ name }) => name)
        .filter((name) => name.startsWith('removals')).length;
    const before = await jobs();
    await t.action(internal.adminSync.watch, {});
    expect(await jobs()).toBe(before);
    vi.setSystemTime(Date.now() + 4 * 60_000);
    await t.action(internal.adminSync.watch, {});
    expect(await jobs()).toBe(before + 1);
  });
});

describe('in plans', () => {
  test('a dry run shows removals and removes nothing; its hash covers them', async () => {
    const { t } = world;
    await organize(4);
    const nothing = await sync(t, { mode: 'dryRun' });
    lose('org0001', 'boss-org0002');
    const plan = await sync(t, { mode: 'dryRun' });
    expect(plan.planHash).not.toBe(nothing.planHash);
    expect(plan.tallies).toMatchObject({
      organizations: { removed: 1 },
      memberships: { removed: 1 },
    });
    const paginationOpts = { numItems: 10, cursor: null };
    const { page } = await t.query(internal.adminSync.changes, { runId: plan._id, paginationOpts });
    expect(page.map(({ change, externalId }) => [change, externalId])).toEqual([
      ['delete', 'org0001'],
      ['delete', 'boss-org0002'],
    ]);
    expect(await statusOf('org0001')).toBe('active');
    expect((await sync(t, { mode: 'dryRun' })).planHash).toBe(plan.planHash);
    const run = await sync(t, { planHash: plan.planHash });
    expect(run).toMatchObject({ status: 'completed', tallies: { organizations: { removed: 1 } } });
    expect(run.tallies).toEqual(plan.tallies);
    expect(await statusOf('org0001')).toBe('deleted');
    expect(await statusOf('boss-org0002')).toBe('deleted');
  });

  test('one more deletion, and the plan is refused', async () => {
    const { t } = world;
    await organize(4);
    lose('org0001');
    const plan = await sync(t, { mode: 'dryRun' });
    lose('org0002');
    const run = await sync(t, { planHash: plan.planHash });
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'PLAN_CHANGED' } });
    expect(await statusOf('org0001')).toBe('active');
  });
});

test('over several pages of either list, and over a driver that dies, exactly the lost ones go', async () => {
  const { t, clerk, lists } = world;
  await organize(620);
  const lost = [3, 250, 499, 500, 610].map((i) => nth('org', i));
  lose(...lost);
  const runId = await t.mutation(internal.adminSync.start, { mode: 'apply' });
  let deaths = 0;
  lists.intercept = ({ path, query }) => {
    if (path !== '/v1/organization_memberships' || query.get('offset') !== '450') return undefined;
    deaths += 1;
    return deaths > 1 ? undefined : new Response('{}', { status: 403 });
  };
  await settled(t.action(internal.syncWork.drive, { runId }));
  expect((await t.query(internal.adminSync.run, { runId }))?.status).toBe('failed');
  await t.mutation(internal.adminSync.resume, { runId });
  await settled(t.action(internal.syncWork.drive, { runId }));
  const run = await t.query(internal.adminSync.run, { runId });
  expect(run?.tallies).toMatchObject({
    organizations: { seen: 615, removed: 5 },
    memberships: { seen: 1_230 },
  });
  const rows = await t.run(async (ctx) => await ctx.db.query('organizations').collect());
  const active = rows.filter(({ status }) => status === 'active').map((row) => row.externalId);
  expect(active.sort()).toEqual([...clerk.organizations.keys()].sort());
});
