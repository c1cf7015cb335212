import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  arrive,
  disconnectWorld,
  membershipRow,
  organizationRow,
  verifyAudit,
} from '../support/convex-world';
import { rawMembership, rawOrganization } from '../support/fake-clerk';
import { addsUp, populate, sync, type SyncWorld, syncWorld } from '../support/sync-world';

let world: SyncWorld;
beforeEach(() => {
  world = syncWorld();
});
afterEach(disconnectWorld);

/** Organizations with one member each, one per second. */
function organize(count: number): void {
  for (let i = 0; i < count; i++) {
    const id = `org${String(i).padStart(5, '0')}`;
    const at = 1_700_000_000_000 + i * 1_000;
    const times = { created_at: at, updated_at: at };
    world.clerk.organizations.set(id, rawOrganization(id, times));
    const place = { organization: id, user: 'p00000' };
    world.clerk.memberships.set(`m${id}`, rawMembership(`m${id}`, place, times));
  }
}

test('E1, E5: organizations and memberships are added once, then unchanged', async () => {
  const { t, clerk } = world;
  populate(clerk, 1);
  organize(40);
  const run = await sync(t);
  expect(run.tallies.organizations).toMatchObject({ seen: 40, added: 40 });
  expect(run.tallies.memberships).toMatchObject({ seen: 40, added: 40 });
  expect(await membershipRow(t, 'morg00003')).toMatchObject({
    role: 'org:member',
    status: 'active',
  });
  clerk.renameOrganization('org00007', 'Renamed');
  const again = await sync(t);
  expect(again.tallies.organizations).toMatchObject({ updated: 1, unchanged: 39 });
  expect(again.tallies.memberships).toMatchObject({ unchanged: 40 });
  expect(await organizationRow(t, 'org00007')).toMatchObject({ name: 'Renamed' });
  expect(addsUp(again)).toBe(true);
  await verifyAudit(t);
});

test.each([40, 120])(
  '%i records vanish between two pages: the rest shifts and nobody is lost',
  async (vanish) => {
    const { t, clerk, lists } = world;
    organize(1_150);
    lists.intercept = ({ path, query, nth }) => {
      if (path !== '/v1/organizations' || query.get('offset') !== '0' || nth > 1) return undefined;
      const first = [...clerk.organizations.values()].slice(0, 500);
      for (const { id } of first.slice(0, vanish)) clerk.organizations.delete(id);
      return Response.json({ data: first, total_count: 1_150 });
    };
    const run = await sync(t, { only: 'organizations' });
    expect(run.status).toBe('completed');
    const rows = await t.run(async (ctx) => await ctx.db.query('organizations').collect());
    const here = new Set(rows.map((row) => row.externalId));
    expect([...clerk.organizations.keys()].filter((id) => !here.has(id))).toEqual([]);
  },
);

test('a membership of somebody who was deleted here stays buried', async () => {
  const { t, clerk } = world;
  await arrive(t, 'p00000');
  organize(1);
  await t.run(async (ctx) => {
    const row = await ctx.db.query('users').first();
    if (row)
      await ctx.db.patch('users', row._id, { deletedAt: 1, state: 'deleted', isActive: false });
  });
  populate(clerk, 1);
  const run = await sync(t);
  expect(run.tallies.users).toMatchObject({ deletedHere: 1 });
  expect(run.tallies.memberships).toMatchObject({ deletedHere: 1 });
  expect(await membershipRow(t, 'morg00000')).toMatchObject({ status: 'deleted' });
});
