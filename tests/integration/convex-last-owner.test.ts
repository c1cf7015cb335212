import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Doc } from '../../convex/_generated/dataModel';
import { hasAccess } from '../../convex/model/access';
import { isActiveOwner } from '../../convex/model/lastOwner';
import { apiTokenIssuer } from '../../src/shared/api-tokens';
import {
  api,
  as,
  codeOf,
  type ConvexCalls,
  deliver,
  internal,
  verifyAudit,
} from '../support/convex-calls';
import { envelope, rawUser } from '../support/fake-clerk';
import { random } from '../support/random';
import { commitChecks } from '../support/simulation/commit-checks';
import { type Deployment, MemoryWorld } from '../support/simulation/deployment';

/** `LAST_OWNER_ATTEMPTS=10000` makes more of them than every run can afford. */
const attemptsMin = Number(process.env.LAST_OWNER_ATTEMPTS ?? 2_000);
/** Made in one deployment; then the next begins empty, and fast again. */
const attemptsPerWorld = 250;
const ownersAtStart = 3;

let memory: MemoryWorld;
beforeAll(async () => (memory = await MemoryWorld.open()));
afterAll(() => memory.close());

let world: Deployment;
let t: ConvexCalls;
/** Later than every stamp before. */
let clerkTime = 0;
const stamp = () => (clerkTime = Math.max(clerkTime + 1, Date.now()));
const fromClerk = (id: string, fields: Record<string, unknown>) =>
  envelope('user.updated', rawUser(id, { updated_at: stamp(), ...fields }));
const payload = (externalId: string, createdAt: number) => ({
  externalId,
  createdAt,
  updatedAt: stamp(),
  name: 'Ann',
  role: 'admin',
  emailVerified: false,
  banned: false,
});

async function answered(response: Promise<Response>): Promise<string> {
  return String((await response).status);
}

/** The API acts by a token of its creator: `token_<creator>`, made together with them. */
const byToken = (creator: string) =>
  t.withIdentity({ subject: `token_${creator}`, issuer: apiTokenIssuer });

async function bulk(by: string, target: Doc<'users'>, action: 'role' | 'deactivate') {
  const selection = { kind: 'ids' as const, ids: [target._id] };
  const change = action === 'role' ? { kind: action, role: 'staff' as const } : { kind: action };
  let jobId: Doc<'bulkJobs'>['_id'] | undefined;
  const code = await codeOf(
    as(t, by)
      .mutation(api.bulk.start, { action: change, selection })
      .then((id) => (jobId = id)),
  );
  if (jobId !== undefined) await t.mutation(internal.bulk.step, { jobId });
  return code;
}

type Attempt = (target: Doc<'users'>, by: string) => Promise<string>;

/** Every way in which an active owner can stop being one. */
const paths: Record<string, Attempt> = {
  'console: role': (target, by) =>
    codeOf(as(t, by).mutation(api.users.updateRole, { userId: target._id, role: 'staff' })),
  'console: deactivate': (target, by) =>
    codeOf(as(t, by).mutation(api.users.deactivate, { userId: target._id })),
  'console: delete': (target, by) =>
    codeOf(as(t, by).mutation(api.users.remove, { userId: target._id })),
  'api: role': (target, by) =>
    codeOf(byToken(by).mutation(api.users.updateRole, { userId: target._id, role: 'admin' })),
  'api: deactivate': (target, by) =>
    codeOf(byToken(by).mutation(api.users.deactivate, { userId: target._id })),
  'bulk: role': (target, by) => bulk(by, target, 'role'),
  'bulk: deactivate': (target, by) => bulk(by, target, 'deactivate'),
  'operator: role': ({ externalId }) =>
    codeOf(t.mutation(internal.admin.setRole, { idOrEmail: externalId, role: 'admin' })),
  'operator: deactivate': ({ externalId }) =>
    codeOf(t.mutation(internal.admin.deactivate, { idOrEmail: externalId })),
  'operator: delete': ({ externalId }) =>
    codeOf(t.mutation(internal.admin.remove, { idOrEmail: externalId })),
  'webhook: role': ({ externalId }) =>
    answered(deliver(t, fromClerk(externalId, { public_metadata: { role: 'staff' } }))),
  'webhook: no role': ({ externalId }) =>
    answered(deliver(t, fromClerk(externalId, { public_metadata: {} }))),
  'webhook: odd role': ({ externalId }) =>
    answered(deliver(t, fromClerk(externalId, { public_metadata: { role: ['none'] } }))),
  'webhook: ban': ({ externalId, role }) =>
    answered(deliver(t, fromClerk(externalId, { banned: true, public_metadata: { role } }))),
  'webhook: delete': ({ externalId: id }) =>
    answered(deliver(t, envelope('user.deleted', { id, object: 'user', deleted: true }))),
  'brake: confirm': async () => {
    const brakes = await t.query(internal.brakes.listAll, {});
    for (const { _id, state } of brakes) {
      const decision = 'confirm' as const;
      if (state === 'open') {
        // Somebody else may have decided just now.
        await codeOf(t.mutation(internal.brakes.decideByOperator, { brakeId: _id, decision }));
      }
      await t.mutation(internal.brakes.carryOut, { brakeId: _id });
    }
    return 'no error';
  },
  'backfill: role': ({ externalId, createdAt }) =>
    codeOf(t.mutation(internal.users.upsertFromClerk, { user: payload(externalId, createdAt) })),
  'backfill: delete': ({ externalId }) =>
    codeOf(t.mutation(internal.users.deleteFromClerk, { externalId })),
};

async function owners(): Promise<Doc<'users'>[]> {
  return await t.run(async (ctx) => {
    const rows = await ctx.db
      .query('users')
      .withIndex('byName', (q) => q.eq('state', 'active').eq('role', 'superadmin'))
      .collect();
    return rows.filter(isActiveOwner);
  });
}

/** Tops the owners up, so that a round can take some away. */
async function appoint(): Promise<Doc<'users'>[]> {
  world.setNow(Date.now() + 120_000);
  const there = (await owners()).filter((row) => row.heldDeletionAt === undefined).length;
  for (let i = there; i < ownersAtStart; i++) {
    const fields = { updated_at: stamp(), public_metadata: { role: 'superadmin' } };
    const event = envelope('user.created', rawUser(`owner_${fields.updated_at}`, fields));
    expect(await answered(deliver(t, event))).toBe('200');
  }
  const present = await owners();
  await t.run(async (ctx) => {
    const tokens = await ctx.db.query('apiTokens').collect();
    const equipped = new Set(tokens.map(({ createdBy }) => createdBy));
    const endsAt = Date.now() + 1_000_000_000;
    for (const { _id, externalId } of present.filter((row) => !equipped.has(row._id))) {
      await ctx.db.insert('apiTokens', {
        tokenId: `token_${externalId}`,
        secretHash: '',
        name: 'all',
        scopes: ['users:read', 'users:setRole', 'users:deactivate'],
        createdBy: _id,
        createdAt: Date.now(),
        expiresAt: endsAt,
        endsAt,
      });
    }
  });
  return present;
}

function shuffled<T>(items: readonly T[], chance: () => number): T[] {
  return items
    .map((item) => [chance(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

const results = new Map<string, Set<string>>();
const actions = new Set<string>();

/** As many attempts at once as there are owners and paths to choose; how few owners were left. */
async function attackOnce(chance: () => number): Promise<{ attempts: number; fewest: number }> {
  const present = await appoint();
  // Whoever deletes ends the round early: half of the rounds go without.
  const mild = chance() < 0.5;
  const names = Object.keys(paths).filter((name) => !mild || !name.endsWith('delete'));
  const pairs = present.flatMap((target, i) =>
    shuffled(names, chance)
      .slice(0, 5)
      .map((name) => ({ name, target, by: present[(i + 1) % present.length] ?? target })),
  );
  let fewest = Number.POSITIVE_INFINITY;
  await Promise.all(
    shuffled(pairs, chance).map(async ({ name, target, by }) => {
      const result = (await paths[name]?.(target, by.externalId)) ?? 'no such path';
      results.set(name, (results.get(name) ?? new Set()).add(result));
      fewest = Math.min(fewest, (await owners()).length);
    }),
  );
  return { attempts: pairs.length, fewest };
}

describe('rule 7, pain 10: nobody takes the last active superadmin away', () => {
  test(
    'attempts over every path at once: at least one after every transaction',
    async () => {
      const chance = random(7);
      let [attempts, fewest, commits] = [0, Number.POSITIVE_INFINITY, 0];
      while (attempts < attemptsMin) {
        world = memory.fresh();
        ({ t } = world);
        const check = commitChecks();
        if (world.memory) {
          world.memory.onCommit = (...commit) => {
            commits += 1;
            check(...commit);
          };
        }
        for (let made = 0; made < attemptsPerWorld && attempts < attemptsMin;) {
          const round = await attackOnce(chance);
          made += round.attempts;
          attempts += round.attempts;
          fewest = Math.min(fewest, round.fewest);
        }
        const entries = await t.run(async (ctx) => await ctx.db.query('auditLog').collect());
        for (const { action, alarm } of entries) if (alarm) actions.add(action);
        await verifyAudit(t);
        expect((await owners()).some((row) => hasAccess(row) || row.heldDeletionAt)).toBe(true);
      }
      if (attemptsMin > 2_000) console.info(attempts, commits, results);
      expect(attempts).toBeGreaterThanOrEqual(attemptsMin);
      expect(commits).toBeGreaterThan(attempts / 4);
      // The rule was put to the test.
      expect(fewest).toBe(1);
      expect([...results.keys()].sort()).toEqual(Object.keys(paths).sort());
      for (const name of Object.keys(paths).filter((each) => each.startsWith('operator'))) {
        expect([...(results.get(name) ?? [])]).toEqual(
          expect.arrayContaining(['no error', 'LAST_OWNER']),
        );
      }
      for (const name of ['api: role', 'bulk: role', 'console: role']) {
        expect([...(results.get(name) ?? [])]).toContain('no error');
      }
      const webhooks = [...results].filter(([name]) => name.startsWith('webhook'));
      expect(new Set(webhooks.flatMap(([, codes]) => [...codes]))).toEqual(new Set(['200']));
      expect(actions).toContain('role.externalQuarantined');
      expect(actions).toContain('user.deletionHeld');
    },
    Math.max(60_000, attemptsMin * 50),
  );
});
