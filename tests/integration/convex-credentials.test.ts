import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Id } from '../../convex/_generated/dataModel';
import { open, seal } from '../../src/server/credentials/envelope';
import { keyRing, type KeyRing } from '../../src/server/credentials/key-ring';
import { envelope, rawOrganization } from '../support/fake-clerk';
import {
  api,
  arrive,
  as,
  auditActions,
  auditEntries,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  deliver,
  disconnectWorld,
  organizationRow,
  verifyAudit,
} from '../support/convex-world';

let t: ConvexWorld;
let ring: KeyRing;
let org1: Id<'organizations'>;
let org2: Id<'organizations'>;
beforeEach(async () => {
  ({ t } = connectedWorld());
  ring = await keyRing([new Uint8Array(32).fill(1)]);
  await arrive(t, 'boss', 'superadmin');
  for (const id of ['org_1', 'org_2']) {
    await deliver(t, envelope('organization.created', rawOrganization(id)));
  }
  org1 = (await organizationRow(t, 'org_1'))._id;
  org2 = (await organizationRow(t, 'org_2'))._id;
});
afterEach(disconnectWorld);

const secret = '{"api_key":"MS0xSECRET-au1","region":"au1"}';
let records = 0;

async function store(organizationId: Id<'organizations'>, organization: string, keys = ring) {
  const recordId = `rec_${(records += 1)}`;
  const place = { organization, service: 'cliniko', recordId };
  return await as(t, 'boss').mutation(api.credentials.store, {
    organizationId,
    service: 'cliniko',
    recordId,
    envelope: await seal(keys, place, secret),
    keyId: keys[0].id,
    lastFour: '-au1',
    origin: 'entered',
  });
}

const rows = () => t.run(async (ctx) => await ctx.db.query('credentials').collect());
const take = (organizationId: Id<'organizations'>) =>
  as(t, 'boss').mutation(api.credentials.take, {
    organizationId,
    service: 'cliniko',
    purpose: 'test',
  });
const list = (organizationId: Id<'organizations'>) =>
  as(t, 'boss').query(api.credentials.list, { organizationId });
const takeAndOpen = async (organizationId: Id<'organizations'>) => {
  const sealed = await take(organizationId);
  return await open(ring, sealed, sealed.envelope);
};
const unreadable = expect.objectContaining({
  body: expect.objectContaining({ code: 'CREDENTIAL_UNREADABLE' }),
});

describe('E6: the vault', () => {
  test('shows the last four characters, who, when and active, and nothing else', async () => {
    await store(org1, 'org_1');
    const [shown] = await list(org1);
    expect(shown).toMatchObject({
      service: 'cliniko',
      version: 1,
      lastFour: '-au1',
      active: true,
      createdBy: { name: 'Ann Lee' },
    });
    expect(JSON.stringify(shown)).not.toMatch(/envelope|keyId|recordId|v1\./);
    expect(JSON.stringify([await rows(), await auditEntries(t)])).not.toContain('SECRET');
    expect(await takeAndOpen(org1)).toBe(secret);
  });

  test('a new version destroys the one before and keeps its history', async () => {
    await store(org1, 'org_1');
    await store(org1, 'org_1');
    const [first, second] = await rows();
    expect(first).toMatchObject({ version: 1, active: false, lastFour: '-au1' });
    expect(first?.envelope).toBeUndefined();
    expect(second).toMatchObject({ version: 2, active: true });
    if (!first) throw new Error('no first version');
    const again = as(t, 'boss').mutation(api.credentials.setActive, {
      credentialId: first._id,
      active: true,
    });
    expect(await codeOf(again)).toBe('CREDENTIAL_INACTIVE');
  });

  test('a deactivated one is not handed out until it is activated again', async () => {
    const { _id: credentialId } = await store(org1, 'org_1');
    await as(t, 'boss').mutation(api.credentials.setActive, { credentialId, active: false });
    expect(await codeOf(take(org1))).toBe('CREDENTIAL_INACTIVE');
    await as(t, 'boss').mutation(api.credentials.setActive, { credentialId, active: true });
    expect(await takeAndOpen(org1)).toBe(secret);
    expect(await codeOf(take(org2))).toBe('CREDENTIAL_NOT_FOUND');
  });

  test('E6: moving ciphertexts between rows opens none of them', async () => {
    await store(org1, 'org_1');
    await store(org2, 'org_2');
    const [one, two] = await rows();
    if (!one || !two) throw new Error('two rows were stored');
    await t.run(async (ctx) => {
      await ctx.db.patch('credentials', one._id, { envelope: two.envelope });
      // Even with the record's own name moved along, the organization is another.
      await ctx.db.patch('credentials', two._id, {
        envelope: one.envelope,
        recordId: one.recordId,
      });
    });
    await expect(takeAndOpen(org1)).rejects.toEqual(unreadable);
    await expect(takeAndOpen(org2)).rejects.toEqual(unreadable);
  });

  test('E6: an envelope moved to another service of the same organization does not open', async () => {
    await store(org1, 'org_1');
    const [row] = await rows();
    if (!row) throw new Error('no row');
    await t.run(
      async (ctx) => await ctx.db.patch('credentials', row._id, { service: 'chatwoot' as const }),
    );
    const sealed = await as(t, 'boss').mutation(api.credentials.take, {
      organizationId: org1,
      service: 'chatwoot',
      purpose: 'test',
    });
    await expect(open(ring, sealed, sealed.envelope)).rejects.toEqual(unreadable);
  });

  test('every operation is in the log, by name and never by value, and the chain holds', async () => {
    const before = (await auditActions(t)).length;
    const { _id: credentialId } = await store(org1, 'org_1');
    await take(org1);
    const caller = as(t, 'boss');
    const outcome = { credentialId, ok: true, detail: 'works' };
    await caller.mutation(api.credentials.recordTested, outcome);
    await caller.mutation(api.credentials.setActive, { credentialId, active: false });
    await caller.mutation(api.credentials.setActive, { credentialId, active: true });
    expect((await auditActions(t)).slice(before)).toEqual([
      'credential.stored',
      'credential.opened',
      'credential.tested',
      'credential.deactivated',
      'credential.activated',
    ]);
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      actor: 'user:boss',
      target: 'organization:org_1',
      after: { service: 'cliniko', version: 1 },
    });
    await verifyAudit(t);
  });

  test('what is no envelope is not stored, nor for an organization that is gone', async () => {
    const bad = (fields: object) =>
      codeOf(
        as(t, 'boss').mutation(api.credentials.store, {
          organizationId: org1,
          service: 'cliniko',
          recordId: 'r',
          envelope: 'v1.a.b.c',
          keyId: 'k',
          lastFour: '1234',
          origin: 'entered',
          ...fields,
        }),
      );
    expect(await bad({ envelope: 'plain secret' })).toBe('INVALID_INPUT');
    expect(await bad({ envelope: `v1.a.b.${'c'.repeat(9_000)}` })).toBe('INVALID_INPUT');
    await deliver(t, envelope('organization.deleted', { id: 'org_1', deleted: true }));
    expect(await bad({})).toBe('NOT_FOUND');
  });
});

describe('E6: rotation of the key', () => {
  test('finds exactly what another key sealed, and replaces only what it read', async () => {
    await store(org1, 'org_1');
    await store(org2, 'org_2');
    const next = await keyRing([new Uint8Array(32).fill(2), new Uint8Array(32).fill(1)]);
    const keyId = next[0].id;
    const caller = as(t, 'boss');
    const count = () => caller.query(api.credentials.rotation, { keyId });
    expect(await count()).toEqual({ stale: 2, more: false });
    const batch = await caller.query(api.credentials.stale, { keyId });
    const [one] = batch;
    if (!one) throw new Error('nothing is stale');
    const to = await seal(next, one, await open(next, one, one.envelope));
    const change = { credentialId: one.credentialId, from: one.envelope, to, keyId };
    await caller.mutation(api.credentials.replaceEnvelope, change);
    expect(await count()).toEqual({ stale: 1, more: false });
    expect(await codeOf(caller.mutation(api.credentials.replaceEnvelope, change))).toBe(
      'CREDENTIAL_CHANGED',
    );
    const sealed = await take(one.organization === 'org_1' ? org1 : org2);
    expect(await open([next[0]], sealed, sealed.envelope)).toBe(secret);
  });
});
