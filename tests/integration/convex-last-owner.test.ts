import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isActiveOwner } from '../../convex/model/lastOwner';
import type { Doc } from '../../convex/_generated/dataModel';
import { envelope, rawUser } from '../support/fake-clerk';
import {
  api,
  as,
  auditEntries,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  deliver,
  disconnectWorld,
  internal,
  verifyAudit,
} from '../support/convex-world';
import { random } from '../support/random';

/** `LAST_OWNER_ATTEMPTS=10000` makes more of them than every run can afford. */
const attemptsMin = Number(process.env.LAST_OWNER_ATTEMPTS ?? 400);
const ownersAtStart = 3;

let t: ConvexWorld;
beforeEach(() => ({ t } = connectedWorld()));
afterEach(disconnectWorld);

/** Later than every stamp before. */
let clerkTime = 0;
const stamp = () => (clerkTime = Math.max(clerkTime + 1, Date.now()));
const fromClerk = (id: string, fields: Record<string, unknown>) =>
  envelope('user.updated', rawUser(id, { updated_at: stamp(), ...fields }));

async function answered(response: Promise<Response>): Promise<string> {
  return String((await response).status);
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
  'backfill: role': ({ externalId, createdAt }) =>
    codeOf(
      t.mutation(internal.users.upsertFromClerk, {
        user: {
          externalId,
          createdAt,
          updatedAt: stamp(),
          name: 'Ann',
          role: 'admin',
          emailVerified: false,
          banned: false,
        },
      }),
    ),
  'backfill: delete': ({ externalId }) =>
    codeOf(t.mutation(internal.users.deleteFromClerk, { externalId })),
};

async function owners(): Promise<Doc<'users'>[]> {
  return await t.run(async (ctx) => {
    const rows = await ctx.db
      .query('users')
      .withIndex('byRoleState', (q) => q.eq('role', 'superadmin').eq('state', 'active'))
      .collect();
    return rows.filter(isActiveOwner);
  });
}

/** Tops the owners up, so that a round can take some away. */
async function appoint(): Promise<Doc<'users'>[]> {
  vi.setSystemTime(Date.now() + 120_000);
  const there = (await owners()).filter((row) => row.heldDeletionAt === undefined).length;
  for (let i = there; i < ownersAtStart; i++) {
    const fields = { updated_at: stamp(), public_metadata: { role: 'superadmin' } };
    const event = envelope('user.created', rawUser(`owner_${fields.updated_at}`, fields));
    expect(await answered(deliver(t, event))).toBe('200');
  }
  return await owners();
}

function shuffled<T>(items: readonly T[], chance: () => number): T[] {
  return items
    .map((item) => [chance(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

describe('rule 7, pain 10: nobody takes the last active superadmin away', () => {
  test(
    'attempts over every path at once: at least one in every observed state',
    async () => {
      const chance = random(7);
      const results = new Map<string, Set<string>>();
      let [attempts, fewest] = [0, Number.POSITIVE_INFINITY];
      while (attempts < attemptsMin) {
        const present = await appoint();
        // Whoever deletes ends the round early: half of the rounds go without.
        const mild = chance() < 0.5;
        const names = Object.keys(paths).filter((name) => !mild || !name.endsWith('delete'));
        const pairs = present.flatMap((target, i) =>
          shuffled(names, chance)
            .slice(0, 4)
            .map((name) => ({ name, target, by: present[(i + 1) % present.length] ?? target })),
        );
        await Promise.all(
          shuffled(pairs, chance).map(async ({ name, target, by }) => {
            const result = (await paths[name]?.(target, by.externalId)) ?? 'no such path';
            results.set(name, (results.get(name) ?? new Set()).add(result));
            const left = (await owners()).length;
            fewest = Math.min(fewest, left);
            expect(left).toBeGreaterThan(0);
          }),
        );
        attempts += pairs.length;
      }
      if (attemptsMin > 1_000) console.info(attempts, results);
      expect(attempts).toBeGreaterThanOrEqual(attemptsMin);
      // The rule was put to the test.
      expect(fewest).toBe(1);
      expect([...results.keys()].sort()).toEqual(Object.keys(paths).sort());
      for (const name of Object.keys(paths).filter((each) => each.startsWith('operator'))) {
        expect([...(results.get(name) ?? [])]).toEqual(
          expect.arrayContaining(['no error', 'LAST_OWNER']),
        );
      }
      const webhooks = [...results].filter(([name]) => name.startsWith('webhook'));
      expect(new Set(webhooks.flatMap(([, codes]) => [...codes]))).toEqual(new Set(['200']));
      const alarms = (await auditEntries(t)).filter(({ alarm }) => alarm);
      const actions = new Set(alarms.map(({ action }) => action));
      expect(actions).toContain('role.externalQuarantined');
      expect(actions).toContain('user.deletionHeld');
      await verifyAudit(t);
    },
    Math.max(60_000, attemptsMin * 500),
  );
});
