import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFunctionReference } from 'convex/server';
import type { Id } from '../../convex/_generated/dataModel';
import { apiTokenIssuer, tokenScopes, type TokenScope } from '../../src/shared/api-tokens';
import type { Role } from '../../src/shared/roles';
import {
  api,
  arrive,
  as,
  auditActions,
  auditEntries,
  changeRow,
  codeOf,
  convexModules,
  type ConvexWorld,
  deliver,
  deliveryRows,
  disconnectWorld,
  intentsOf,
  internal,
  organizationRow,
  rowOf,
  startTime,
} from '../support/convex-world';
import { envelope, rawOrganization } from '../support/fake-clerk';
import { settled, syncWorld } from '../support/sync-world';

function newToken(letter: string, scopes: TokenScope[]) {
  const secretHash = '0'.repeat(64);
  return { tokenId: letter.repeat(16), secretHash, name: 'test', scopes, expiresInDays: 1 };
}

/**
 * Every public function and who may call it. A function that is missing here, or here and gone,
 * fails the first test: adding one means deciding its guard.
 */
const page = { paginationOpts: { numItems: 10, cursor: null } };
interface Guarded {
  kind: 'query' | 'mutation' | 'action';
  /** `anyone`: answers null without access; `signedIn`: needs a token but no row. */
  guard: 'anyone' | 'signedIn' | 'active';
  roles: Role[];
  args?: (target: Id<'users'>, organization: Id<'organizations'>, job: Id<'bulkJobs'>) => object;
  /** Rows that only this function needs. */
  more?: () => Promise<object>;
}
const owners: Role[] = ['superadmin'];
const observers: Role[] = ['superadmin', 'admin'];
const managers: Role[] = ['superadmin', 'admin'];
const keyId = 'k0';
const envelope1 = 'v1.k0.aaaa.bbbb';
const credentialOf = (organizationId: Id<'organizations'>) => ({
  organizationId,
  service: 'cliniko' as const,
  recordId: 'rec_1',
  envelope: envelope1,
  keyId,
  lastFour: '1234',
  origin: 'entered' as const,
});
/** What the functions of brakes, invitations and alarms are about. */
let brakeId: Id<'brakes'>;
let invitationId: Id<'invitations'>;
let alarmId: Id<'alarms'>;
const guards: Record<string, Guarded> = {
  'dashboard:activity': { kind: 'query', guard: 'active', roles: ['superadmin', 'admin'] },
  'bulk:start': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin'],
    args: (userId) => ({
      action: { kind: 'role', role: 'admin' },
      selection: { kind: 'ids', ids: [userId] },
    }),
  },
  'bulk:undo': { kind: 'mutation', guard: 'active', roles: managers, more: endedJob },
  'bulk:cancel': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: (_, __, jobId) => ({ jobId }),
  },
  'bulk:latest': { kind: 'query', guard: 'active', roles: ['superadmin', 'admin'] },
  'bulk:get': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: (_, __, jobId) => ({ jobId }),
  },
  'bulk:results': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: (_, __, jobId) => ({ jobId, ...page }),
  },
  'audit:list': { kind: 'query', guard: 'active', roles: observers, args: () => page },
  'audit:verify': { kind: 'query', guard: 'active', roles: observers },
  'audit:beginExport': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    args: () => ({ format: 'csv' }),
  },
  'audit:exportPage': {
    kind: 'query',
    guard: 'active',
    roles: owners,
    args: () => ({ cursor: null }),
  },
  'deliveries:list': { kind: 'query', guard: 'active', roles: observers, args: () => page },
  'deliveries:get': { kind: 'query', guard: 'active', roles: observers, more: aDelivery },
  'deliveries:replay': { kind: 'mutation', guard: 'active', roles: owners, more: aDelivery },
  'credentials:list': {
    kind: 'query',
    guard: 'active',
    roles: owners,
    args: (_, organizationId) => ({ organizationId }),
  },
  'credentials:store': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    args: (_, organizationId) => credentialOf(organizationId),
  },
  'credentials:setActive': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    more: async () => ({ ...(await aCredential()), active: false }),
  },
  'credentials:take': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    more: async () => {
      await aCredential();
      return { organizationId: organization, service: 'cliniko', purpose: 'test' };
    },
  },
  'credentials:recordTested': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    more: async () => ({ ...(await aCredential()), ok: true, detail: '' }),
  },
  'credentials:rotation': {
    kind: 'query',
    guard: 'active',
    roles: owners,
    args: () => ({ keyId }),
  },
  'credentials:stale': { kind: 'query', guard: 'active', roles: owners, args: () => ({ keyId }) },
  'credentials:replaceEnvelope': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    more: async () => ({
      ...(await aCredential()),
      from: envelope1,
      to: 'v1.k1.aaaa.bbbb',
      keyId: 'k1',
    }),
  },
  'settings:check': { kind: 'mutation', guard: 'active', roles: observers },
  'organizations:get': {
    kind: 'query',
    guard: 'active',
    roles: observers,
    args: (_, organizationId) => ({ organizationId }),
  },
  'organizations:list': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: () => page,
  },
  'organizations:members': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: (_, organizationId) => ({ organizationId, ...page }),
  },
  'alarms:list': { kind: 'query', guard: 'active', roles: managers, args: () => page },
  'alarms:count': { kind: 'query', guard: 'active', roles: managers },
  'alarms:acknowledge': {
    kind: 'mutation',
    guard: 'active',
    roles: managers,
    args: () => ({ alarmIds: [alarmId] }),
  },
  'brakes:list': { kind: 'query', guard: 'active', roles: managers },
  'brakes:held': {
    kind: 'query',
    guard: 'active',
    roles: managers,
    args: () => ({ brakeId, ...page }),
  },
  'brakes:confirm': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin'],
    args: () => ({ brakeId }),
  },
  'brakes:reject': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin'],
    args: () => ({ brakeId }),
  },
  'outbox:deadLetters': { kind: 'query', guard: 'active', roles: managers, args: () => page },
  'webhooks:health': { kind: 'query', guard: 'active', roles: managers },
  'users:invitations': { kind: 'query', guard: 'active', roles: managers, args: () => page },
  'users:invite': {
    kind: 'mutation',
    guard: 'active',
    roles: managers,
    args: () => ({ email: 'new@rollcall.test' }),
  },
  'users:revokeInvitation': {
    kind: 'mutation',
    guard: 'active',
    roles: managers,
    args: () => ({ invitationId }),
  },
  'users:updateName': {
    kind: 'mutation',
    guard: 'active',
    roles: managers,
    args: (userId) => ({ userId, firstName: 'New', lastName: 'Name' }),
  },
  'users:dismissPush': {
    kind: 'mutation',
    guard: 'active',
    roles: managers,
    args: (userId) => ({ userId }),
  },
  'sync:status': { kind: 'query', guard: 'active', roles: observers },
  'sync:runs': { kind: 'query', guard: 'active', roles: observers, args: () => page },
  'sync:run': { kind: 'query', guard: 'active', roles: observers, more: anEndedRun },
  'sync:errors': { kind: 'query', guard: 'active', roles: observers, more: pageOfRun },
  'sync:changes': { kind: 'query', guard: 'active', roles: observers, more: pageOfRun },
  'sync:missing': { kind: 'query', guard: 'active', roles: observers, more: pageOfRun },
  'sync:schedules': { kind: 'query', guard: 'active', roles: observers },
  'sync:start': {
    kind: 'mutation',
    guard: 'active',
    roles: managers,
    args: () => ({ mode: 'dryRun' }),
  },
  'sync:startWithKey': {
    kind: 'action',
    guard: 'active',
    roles: managers,
    args: () => ({ mode: 'dryRun', secretKey: 'sk_test_of_the_guards' }),
  },
  'sync:cancel': { kind: 'mutation', guard: 'active', roles: managers, more: aRun },
  'sync:resume': { kind: 'mutation', guard: 'active', roles: managers, more: anEndedRun },
  'sync:sweep': { kind: 'mutation', guard: 'active', roles: owners, more: aRunToSweep },
  'sync:confirmSweep': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    more: () => aSweep('awaitingConfirmation'),
  },
  'sync:cancelSweep': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    more: () => aSweep('held'),
  },
  'sync:restoreSweep': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    more: () => aSweep('done'),
  },
  'sync:confirmRemovals': {
    kind: 'mutation',
    guard: 'active',
    roles: owners,
    more: aRunThatHolds,
  },
  'sync:syncUser': {
    kind: 'mutation',
    guard: 'active',
    roles: managers,
    args: (userId) => ({ userId }),
  },
  'ids:firstUnknown': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin', 'staff'],
    args: () => ({ table: 'syncRuns', ids: ['x'] }),
  },
  'summary:get': { kind: 'query', guard: 'active', roles: observers },
  'summary:scan': {
    kind: 'query',
    guard: 'active',
    roles: observers,
    args: () => ({ part: 'users', after: null, now: startTime }),
  },
  'connection:test': { kind: 'action', guard: 'active', roles: managers },
  'tokens:list': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin'],
    args: () => ({ ...page, now: startTime }),
  },
  'tokens:create': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin'],
    args: () => newToken('b', ['users:read']),
  },
  'tokens:revoke': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin'],
    args: () => ({ tokenId: 'a'.repeat(16) }),
  },
  'users:current': { kind: 'query', guard: 'anyone', roles: ['superadmin', 'admin', 'staff'] },
  'users:getUserRole': { kind: 'query', guard: 'anyone', roles: ['superadmin', 'admin', 'staff'] },
  'users:store': { kind: 'mutation', guard: 'signedIn', roles: ['superadmin', 'admin', 'staff'] },
  'users:directory': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin', 'staff'],
    args: () => page,
  },
  'users:stats': { kind: 'query', guard: 'active', roles: ['superadmin', 'admin', 'staff'] },
  'users:list': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: () => page,
  },
  'users:get': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: (userId) => ({ userId }),
  },
  'users:count': { kind: 'query', guard: 'active', roles: ['superadmin', 'admin'] },
  'users:memberships': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: (userId) => ({ userId, ...page }),
  },
  'users:resolve': {
    kind: 'query',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: () => ({ id: 'target' }),
  },
  'users:updateRole': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin'],
    args: (userId) => ({ userId, role: 'admin' }),
  },
  'users:deactivate': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: (userId) => ({ userId }),
  },
  'users:reactivate': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: (userId) => ({ userId }),
  },
  'users:remove': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin'],
    args: (userId) => ({ userId }),
  },
  'users:retryPush': {
    kind: 'mutation',
    guard: 'active',
    roles: ['superadmin', 'admin'],
    args: (userId) => ({ userId }),
  },
};

let t: ConvexWorld;
let organization: Id<'organizations'>;
let job: Id<'bulkJobs'>;
beforeEach(async () => {
  ({ t } = syncWorld());
  await deliver(t, envelope('organization.created', rawOrganization('org_1')));
  organization = (await organizationRow(t, 'org_1'))._id;
  job = await runningJob(t);
  await t.run(async ({ db }) => {
    brakeId = await db.insert('brakes', {
      state: 'open',
      // So late that nobody's role is part of what it holds up.
      openedAt: startTime + 86_400_000,
      limit: 5,
      people: 5,
      windowMs: 1,
      held: 0,
      confirmations: [],
    });
    invitationId = await db.insert('invitations', {
      email: 'invited@rollcall.test',
      role: 'staff',
      state: 'pending',
      push: { state: 'synced' },
      wanted: 'send',
      attempts: 1,
      notBefore: 0,
      invitedBy: 'cli',
      createdAt: startTime,
      updatedAt: startTime,
      expiresAt: startTime + 86_400_000,
    });
    const facts = { at: startTime, action: 'test', target: 'test' };
    alarmId = await db.insert('alarms', { seq: 1, ...facts });
  });
});
afterEach(disconnectWorld);

/** A bulk change of somebody else, under way. */
async function runningJob(world: ConvexWorld): Promise<Id<'bulkJobs'>> {
  const starter = await arrive(world, 'starter', 'superadmin');
  return await as(world, 'starter').mutation(api.bulk.start, {
    action: { kind: 'deactivate' },
    selection: { kind: 'ids', ids: [starter._id] },
  });
}

/** The same after its end. */
async function endedJob() {
  const ended = { status: 'completed' as const, changed: 1, finishedAt: Date.now() };
  await t.run(async (ctx) => await ctx.db.patch('bulkJobs', job, ended));
  return { jobId: job };
}

async function aDelivery() {
  const [delivery] = await deliveryRows(t);
  return { deliveryId: delivery?._id };
}

async function aCredential(): Promise<{ credentialId: Id<'credentials'> }> {
  const credentialId = await t.run(
    async (ctx) =>
      await ctx.db.insert('credentials', {
        ...credentialOf(organization),
        version: 1,
        active: true,
        createdBy: 'boss',
        createdAt: 0,
      }),
  );
  return { credentialId };
}

async function publicFunctions(): Promise<string[]> {
  const names: string[] = [];
  for (const [file, load] of Object.entries(convexModules)) {
    if (file.includes('_generated') || file.endsWith('.config.ts')) continue;
    const path = file.replace('../../convex/', '').replace(/\.[jt]s$/, '');
    for (const [name, value] of Object.entries((await load()) as object)) {
      if (typeof value === 'function' && 'isPublic' in value) names.push(`${path}:${name}`);
    }
  }
  return names.sort();
}

/** One goes on at a time: a second call has the same one. */
async function aRun(): Promise<{ runId: Id<'syncRuns'> }> {
  const { running } = await t.query(internal.adminSync.status, {});
  if (running) return { runId: running._id };
  return { runId: await t.mutation(internal.adminSync.start, { mode: 'apply' }) };
}

async function anEndedRun(): Promise<{ runId: Id<'syncRuns'> }> {
  const run = await aRun();
  await t.mutation(internal.adminSync.cancel, run);
  return run;
}

/** A run that found somebody missing; made by hand, since what it did is not asked here. */
async function aRunToSweep() {
  const { runId } = await anEndedRun();
  const target = await rowOf(t, 'target');
  await t.run(async (ctx) => {
    const run = await ctx.db.get('syncRuns', runId);
    if (run === null) throw new Error('there is no run');
    const tally = { ...run.tallies.users, seen: 1, unchanged: 1 };
    await ctx.db.patch('syncRuns', runId, {
      status: 'completed',
      instanceId: 'ins_test1',
      clerkUsers: { before: 1, after: 1 },
      tallies: { ...run.tallies, users: tally },
    });
    const missing = { userId: target._id, externalId: 'target', at: 1 };
    await ctx.db.insert('syncMissing', { runId, ...missing, state: 'confirmed' });
  });
  return { runId };
}

async function aRunThatHolds() {
  const { runId } = await anEndedRun();
  const organizations = { before: 9, unseen: 9, held: 9 };
  await t.run(async (ctx) => {
    await ctx.db.patch('syncRuns', runId, { status: 'completed', removals: { organizations } });
  });
  return { runId };
}

async function aSweep(state: 'awaitingConfirmation' | 'held' | 'done') {
  const { runId } = await anEndedRun();
  const sweepId = await t.run(
    async (ctx) =>
      await ctx.db.insert('syncSweeps', {
        runId,
        state,
        people: 9,
        limit: 5,
        requestedBy: 'user:somebody',
        requestedAt: 1,
        swept: 0,
        spared: 0,
        restored: 0,
      }),
  );
  return { sweepId };
}

async function pageOfRun() {
  return { ...(await anEndedRun()), ...page };
}

async function call(
  caller: ReturnType<typeof as>,
  name: string,
  target: Id<'users'>,
): Promise<unknown> {
  const guarded = guards[name];
  const args: Record<string, unknown> = {
    ...guarded?.args?.(target, organization, job),
    ...(await guarded?.more?.()),
  };
  switch (guarded?.kind) {
    case 'mutation':
      return await caller.mutation(makeFunctionReference<'mutation'>(name), args);
    case 'action':
      return await settled(caller.action(makeFunctionReference<'action'>(name), args));
    default:
      return await caller.query(makeFunctionReference<'query'>(name), args);
  }
}

test('pain 23: every public function has its guard written down', async () => {
  expect(await publicFunctions()).toEqual(Object.keys(guards).sort());
});

describe.each(Object.entries(guards))('%s', (name, { guard, roles }) => {
  let target: Id<'users'>;
  beforeEach(async () => {
    await arrive(t, 'boss', 'superadmin');
    target = (await arrive(t, 'target'))._id;
    await changeRow(t, 'target', { push: { state: 'failed' } });
    await as(t, 'boss').mutation(api.tokens.create, newToken('a', ['directory:read']));
  });

  test('without a token, without a row, deactivated, deleted', async () => {
    const anonymous = t as unknown as ReturnType<typeof as>;
    await arrive(t, 'off', 'superadmin');
    await changeRow(t, 'off', { isActive: false });
    await arrive(t, 'gone', 'superadmin');
    await changeRow(t, 'gone', { isActive: false, deletedAt: 1 });
    const answers = [
      await codeOf(call(anonymous, name, target)),
      await codeOf(call(as(t, 'stranger'), name, target)),
      await codeOf(call(as(t, 'off'), name, target)),
      await codeOf(call(as(t, 'gone'), name, target)),
    ];
    const none = 'no error';
    const expected = {
      anyone: [none, none, none, none],
      signedIn: ['UNAUTHENTICATED', none, 'ACCOUNT_INACTIVE', 'ACCOUNT_INACTIVE'],
      active: ['UNAUTHENTICATED', 'ACCOUNT_NOT_READY', 'ACCOUNT_INACTIVE', 'ACCOUNT_INACTIVE'],
    };
    expect(answers).toEqual(expected[guard]);
  });

  test.each(['superadmin', 'admin', 'staff'] as const)('as %s', async (role) => {
    await arrive(t, 'caller', role);
    const code = await codeOf(call(as(t, 'caller'), name, target));
    expect(code).toBe(roles.includes(role) ? 'no error' : 'FORBIDDEN');
  });
});

describe('ADR 8: an API token of a superadmin', () => {
  const asToken = (letter: string) => as(t, letter.repeat(16), { issuer: apiTokenIssuer });
  const owned = Object.entries(guards).filter(([, { guard }]) => guard === 'active');
  let target: Id<'users'>;
  beforeEach(async () => {
    const boss = await arrive(t, 'boss', 'superadmin');
    target = (await arrive(t, 'target'))._id;
    await changeRow(t, 'target', { push: { state: 'failed' } });
    await as(t, 'boss').mutation(api.tokens.create, newToken('a', [...tokenScopes]));
    // No way of ours makes a token without scopes: this one can do nothing.
    await t.run(async (ctx) => {
      await ctx.db.insert('apiTokens', {
        tokenId: 'n'.repeat(16),
        secretHash: '',
        name: 'nothing',
        scopes: [],
        createdBy: boss._id,
        createdAt: 0,
        expiresAt: 0,
        endsAt: 0,
      });
    });
  });

  test.each(owned)('without scopes gets nothing from %s', async (name) => {
    expect(await codeOf(call(asToken('n'), name, target))).toBe('FORBIDDEN');
  });

  test.each(owned)('with every scope: %s, and each entry names the token', async (name) => {
    const before = (await auditEntries(t)).length;
    const code = await codeOf(call(asToken('a'), name, target));
    const forPeople =
      name.startsWith('tokens:') ||
      /^brakes:(confirm|reject)$|Sweep$|^sync:(sweep|confirmRemovals)$/.test(name);
    expect(code).toBe(forPeople ? 'FORBIDDEN' : 'no error');
    // What it is called on was made by others.
    const others = ['cli', 'user:starter'];
    const added = (await auditEntries(t)).slice(before).filter((e) => !others.includes(e.actor));
    for (const { actor, source } of added) {
      expect({ actor, source }).toEqual({ actor: `token:${'a'.repeat(16)}`, source: 'api' });
    }
  });
});

test('what anyone may call answers null to those without access', async () => {
  const { _id } = await arrive(t, 'target', 'superadmin');
  await arrive(t, 'gone');
  await changeRow(t, 'gone', { isActive: false, deletedAt: 1 });
  const open = Object.entries(guards).filter(([, { guard }]) => guard === 'anyone');
  const anonymous = t as unknown as ReturnType<typeof as>;
  for (const [name] of open) {
    expect(await call(anonymous, name, _id)).toBeNull();
    expect(await call(as(t, 'gone'), name, _id)).toBeNull();
  }
});

describe('pain 9: a role in the token is worth nothing', () => {
  test('a demoted superadmin is refused at the next call, although the token still says otherwise', async () => {
    await arrive(t, 'boss', 'superadmin');
    await arrive(t, 'second', 'superadmin');
    const target = await arrive(t, 'target');
    const token = as(t, 'second', { role: 'superadmin' });
    await call(as(t, 'boss'), 'users:list', target._id);
    await call(token, 'users:updateRole', target._id);
    await changeRow(t, 'second', { role: 'staff' });
    const before = await auditActions(t);
    expect(await codeOf(call(token, 'users:updateRole', target._id))).toBe('FORBIDDEN');
    expect(await codeOf(call(token, 'users:list', target._id))).toBe('FORBIDDEN');
    expect(await auditActions(t)).toEqual(before);
  });

  test('C8: nobody changes their own role', async () => {
    const boss = await arrive(t, 'boss', 'superadmin');
    await arrive(t, 'second', 'superadmin');
    expect(await codeOf(call(as(t, 'boss'), 'users:updateRole', boss._id))).toBe('SELF_CHANGE');
  });

  test('a refused change leaves nothing behind', async () => {
    await arrive(t, 'boss', 'superadmin');
    await arrive(t, 'admin', 'admin');
    const target = await arrive(t, 'target');
    const before = await auditActions(t);
    await codeOf(call(as(t, 'admin'), 'users:updateRole', target._id));
    expect(await rowOf(t, 'target')).toEqual(target);
    expect(await auditActions(t)).toEqual(before);
    expect(await intentsOf(t)).toEqual([]);
  });

  test('a deleted person cannot be given a role', async () => {
    await arrive(t, 'boss', 'superadmin');
    const target = await arrive(t, 'target');
    await changeRow(t, 'target', { isActive: false, deletedAt: 1 });
    expect(await codeOf(call(as(t, 'boss'), 'users:updateRole', target._id))).toBe('USER_DELETED');
  });
});
