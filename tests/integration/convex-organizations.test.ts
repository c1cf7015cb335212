import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  envelope,
  type FakeClerk,
  rawMembership,
  rawOrganization,
  rawUser,
} from '../support/fake-clerk';
import {
  api,
  arrive,
  as,
  auditActions,
  auditEntries,
  connectedWorld,
  type ConvexWorld,
  deliver,
  deliveryRows,
  disconnectWorld,
  membershipRow,
  organizationRow,
  rowOf,
  verifyAudit,
} from '../support/convex-world';

let t: ConvexWorld;
let clerk: FakeClerk;
beforeEach(() => ({ t, clerk } = connectedWorld()));
afterEach(disconnectWorld);

const paginationOpts = { numItems: 10, cursor: null };
const at = 1_750_000_000_000;
const lastOutcome = async () => (await deliveryRows(t)).at(-1)?.outcome;

async function organization(verb: string, fields: Record<string, unknown> = {}, id = 'org_1') {
  await deliver(t, envelope(`organization.${verb}`, rawOrganization(id, fields)));
  return await lastOutcome();
}

async function membership(
  verb: string,
  fields: Record<string, unknown> = {},
  id = 'orgmem_1',
  place = { organization: 'org_1', user: 'ann' },
) {
  await deliver(t, envelope(`organizationMembership.${verb}`, rawMembership(id, place, fields)));
  return await lastOutcome();
}

const gone = (noun: string, id: string) =>
  envelope(`${noun}.deleted`, { id, object: noun, deleted: true });

describe('E5: organizations as Clerk has them', () => {
  test('name, slug, image, metadata as canonical JSON, status and timestamps', async () => {
    const public_metadata = { b: 1, a: { $odd: true } };
    await organization('created', { public_metadata, created_at: 1_600_000_000_000 });
    expect(await organizationRow(t, 'org_1')).toMatchObject({
      name: 'Acme',
      slug: 'acme-org_1',
      imageUrl: 'https://img.clerk.test/org_1',
      publicMetadata: '{"a":{"$odd":true},"b":1}',
      status: 'active',
      createdAt: 1_600_000_000_000,
      clerk: { instanceId: 'ins_test1' },
    });
    expect(await auditActions(t)).toEqual(['organization.created']);
  });

  test('rule 2: an update before the creation creates, and the late creation is stale', async () => {
    expect(await organization('updated', { name: 'New', updated_at: at })).toBe('applied');
    expect(await organization('created', { name: 'Old', updated_at: at - 1 })).toBe('stale');
    expect(await organization('updated', { name: 'New', updated_at: at })).toBe('duplicate');
    expect(await organizationRow(t, 'org_1')).toMatchObject({ name: 'New' });
  });

  test('rule 2: two states of one instant are settled by Clerk itself', async () => {
    clerk.organizations.set('org_1', rawOrganization('org_1', { name: 'Truth', updated_at: at }));
    await organization('updated', { name: 'A', updated_at: at });
    expect(await organization('updated', { name: 'B', updated_at: at })).toBe('stale');
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await organizationRow(t, 'org_1')).toMatchObject({ name: 'Truth' });
    expect(clerk.requests.map(({ path }) => path)).toEqual(['/v1/organizations/org_1']);
  });

  test('rule 3, pain 5: nothing resurrects a deleted one, and a deletion may come first', async () => {
    await organization('created');
    await deliver(t, gone('organization', 'org_1'));
    expect(await organization('updated', { name: 'Zombie', updated_at: at })).toBe('stale');
    await deliver(t, gone('organization', 'org_2'));
    expect(await organization('created', {}, 'org_2')).toBe('stale');
    for (const id of ['org_1', 'org_2']) {
      expect(await organizationRow(t, id)).toMatchObject({ status: 'deleted' });
    }
    await deliver(t, gone('organization', 'org_1'));
    expect(await lastOutcome()).toBe('duplicate');
  });

  test('lists hold the active ones by name, or the deleted ones, and never the register', async () => {
    await arrive(t, 'boss', 'superadmin');
    for (const [i, name] of ['Beta', 'Acme', 'Gone'].entries()) {
      await organization('created', { name }, `org_${i}`);
    }
    await deliver(t, gone('organization', 'org_2'));
    const list = async (status?: 'active' | 'deleted') =>
      (await as(t, 'boss').query(api.organizations.list, { paginationOpts, status })).page;
    expect((await list()).map(({ name }) => name)).toEqual(['Acme', 'Beta']);
    expect((await list('deleted')).map(({ name }) => name)).toEqual(['Gone']);
    expect(Object.keys((await list())[0] ?? {})).not.toContain('clerk');
  });

  test('the audit log names changed fields, never their values, and verifies', async () => {
    await organization('created');
    await organization('updated', { name: 'Secretname', updated_at: at });
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      action: 'organization.updated',
      target: 'organization:org_1',
      after: { fields: ['name'] },
    });
    expect(JSON.stringify(await auditEntries(t))).not.toContain('Secretname');
    await verifyAudit(t);
  });
});

describe('E5: memberships', () => {
  test('role, permissions, status and join date', async () => {
    await membership('created', { created_at: 1_600_000_000_000 });
    expect(await membershipRow(t, 'orgmem_1')).toMatchObject({
      organizationExternalId: 'org_1',
      userExternalId: 'ann',
      role: 'org:member',
      permissions: ['org:sys_memberships:read', 'org:sys_profile:read'],
      status: 'active',
      joinedAt: 1_600_000_000_000,
    });
  });

  test('one that comes before its person and its organization is kept and joined later', async () => {
    await arrive(t, 'boss', 'superadmin');
    expect(await membership('created')).toBe('applied');
    await organization('created');
    const { _id: organizationId } = await organizationRow(t, 'org_1');
    const members = async () =>
      (await as(t, 'boss').query(api.organizations.members, { organizationId, paginationOpts }))
        .page;
    expect(await members()).toMatchObject([{ role: 'org:member', user: null }]);
    await arrive(t, 'ann');
    expect(await members()).toMatchObject([
      { role: 'org:member', user: { name: 'Ann Lee', state: 'active' } },
    ]);
  });

  test('rule 2: newer applies, older is stale, a tie is settled by Clerk', async () => {
    expect(await membership('updated', { role: 'org:admin', updated_at: at })).toBe('applied');
    expect(await membership('created', { updated_at: at - 1 })).toBe('stale');
    const place = { organization: 'org_1', user: 'ann' };
    const truth = rawMembership('orgmem_1', place, { role: 'org:truth', updated_at: at });
    clerk.memberships.set('orgmem_1', truth);
    expect(await membership('updated', { role: 'org:b', updated_at: at })).toBe('stale');
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect((await membershipRow(t, 'orgmem_1')).role).toBe('org:truth');
  });

  test('a payload that does not say whom it is of takes nothing away', async () => {
    await membership('created');
    await membership('updated', { public_user_data: null, role: 'org:admin', updated_at: at });
    expect(await membershipRow(t, 'orgmem_1')).toMatchObject({
      userExternalId: 'ann',
      role: 'org:admin',
    });
  });

  test('rule 3: delete wins, in whatever order; joining again is another membership', async () => {
    await deliver(t, gone('organizationMembership', 'orgmem_1'));
    expect(await membership('created', { updated_at: at })).toBe('stale');
    expect((await membershipRow(t, 'orgmem_1')).status).toBe('deleted');
    expect(await membership('created', {}, 'orgmem_2')).toBe('applied');
    expect(await membership('deleted', {}, 'orgmem_2')).toBe('applied');
    expect(await membership('updated', { updated_at: at + 9 }, 'orgmem_2')).toBe('stale');
    expect((await membershipRow(t, 'orgmem_2')).status).toBe('deleted');
  });
});

describe('rule 3: memberships end with their person and their organization', () => {
  beforeEach(async () => {
    await arrive(t, 'boss', 'superadmin');
    await arrive(t, 'ann');
    await organization('created');
    await membership('created');
    await membership('created', {}, 'orgmem_2', { organization: 'org_1', user: 'boss' });
  });

  test('of a deleted person: all of theirs and no other, late ones too', async () => {
    await deliver(t, gone('user', 'ann'));
    expect((await membershipRow(t, 'orgmem_1')).status).toBe('deleted');
    expect((await membershipRow(t, 'orgmem_2')).status).toBe('active');
    const late = { organization: 'org_9', user: 'ann' };
    expect(await membership('created', {}, 'orgmem_3', late)).toBe('stale');
    expect((await membershipRow(t, 'orgmem_3')).status).toBe('deleted');
  });

  test('of a person whose deletion is held as the last owner', async () => {
    await deliver(t, gone('user', 'boss'));
    expect((await rowOf(t, 'boss')).heldDeletionAt).toBeDefined();
    expect((await membershipRow(t, 'orgmem_2')).status).toBe('deleted');
  });

  test('of a person deleted before they were created', async () => {
    await membership('created', {}, 'orgmem_3', { organization: 'org_1', user: 'early' });
    await deliver(t, gone('user', 'early'));
    await deliver(t, envelope('user.created', rawUser('early')));
    expect((await membershipRow(t, 'orgmem_3')).status).toBe('deleted');
  });

  test('of a deleted organization, however many, in bounded transactions', async () => {
    await t.run(async (ctx) => {
      for (let i = 0; i < 450; i++) {
        await ctx.db.insert('memberships', {
          externalId: `orgmem_x${i}`,
          organizationExternalId: 'org_1',
          userExternalId: `user_x${i}`,
          role: 'org:member',
          permissions: [],
          status: 'active',
          joinedAt: 1,
          updatedAt: 1,
          clerk: { updatedAt: 1 },
        });
      }
    });
    await deliver(t, gone('organization', 'org_1'));
    const active = async () =>
      await t.run(
        async (ctx) =>
          (await ctx.db.query('memberships').collect()).filter((row) => row.status === 'active')
            .length,
      );
    expect(await active()).toBe(252);
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await active()).toBe(0);
    const batches = (await auditActions(t)).filter((action) => action === 'memberships.deleted');
    expect(batches).toHaveLength(3);
    await verifyAudit(t);
  });
});
