/// <reference types="vite/client" />
import rateLimiter from '@convex-dev/rate-limiter/test';
import workpool from '@convex-dev/workpool/test';
import { convexTest, type TestConvex } from 'convex-test';
import { vi } from 'vitest';
import type { Doc } from '../../convex/_generated/dataModel';
import schema from '../../convex/schema';
import { forgetTallies } from '../../convex/model/webhookTally';
import { membershipByExternalId } from '../../convex/model/applyMembership';
import { organizationByExternalId } from '../../convex/model/applyOrganization';
import { patchUser, type UserChange } from '../../convex/model/userRows';
import type { Role } from '../../src/shared/roles';
import { api, as, codeOf, deliver, internal, intentsOf, post, verifyAudit } from './convex-calls';
import { envelope, FakeClerk, instanceId, rawUser, webhookSecret } from './fake-clerk';

export const convexModules = import.meta.glob([
  '../../convex/**/*.{js,ts}',
  '!../../convex/**/*.test.ts',
  '!../../convex/**/*.d.ts',
]);

export type ConvexWorld = TestConvex<typeof schema>;

export const startTime = Date.UTC(2026, 0, 1);

/** The product's functions with the components they use, on the official in-memory backend. */
export function convexWorld(): ConvexWorld {
  const t = convexTest(schema, convexModules);
  workpool.register(t, 'workpool');
  rateLimiter.register(t, 'rateLimiter');
  return t;
}

/**
 * A deployment with its settings, a clock that only tests move, and a fake Clerk behind `fetch`.
 * Call in a `beforeEach`; `vi.unstubAllEnvs`, `vi.unstubAllGlobals` and `vi.useRealTimers` undo it.
 */
export function connectedWorld(): { t: ConvexWorld; clerk: FakeClerk } {
  forgetTallies();
  vi.useFakeTimers({ now: startTime });
  vi.stubEnv('CLERK_WEBHOOK_SECRET', webhookSecret);
  vi.stubEnv('CLERK_SECRET_KEY', 'sk_test_world');
  vi.stubEnv('CLERK_API_URL', 'http://clerk.test');
  vi.stubEnv('CLERK_INSTANCE_ID', instanceId);
  vi.stubEnv('CLERK_FRONTEND_API_URL', 'http://clerk.test');
  vi.stubEnv('BOOTSTRAP_SUPERADMIN_EMAILS', '');
  vi.stubEnv('LOG_LEVEL', 'ERROR');
  const clerk = new FakeClerk(() => Date.now());
  vi.stubGlobal('fetch', clerk.fetch);
  return { t: convexWorld(), clerk };
}

export function disconnectWorld(): void {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
}

/** A person as Clerk announces them, with a role in the public metadata where one is given. */
export async function arrive(t: ConvexWorld, id: string, role?: Role): Promise<Doc<'users'>> {
  const data = rawUser(id, { public_metadata: role === undefined ? {} : { role } });
  await deliver(t, envelope('user.created', data));
  return await rowOf(t, id);
}

export async function rowsOf(t: ConvexWorld, externalId: string): Promise<Doc<'users'>[]> {
  return await t.run(
    async (ctx) =>
      await ctx.db
        .query('users')
        .withIndex('byExternalId', (q) => q.eq('externalId', externalId))
        .collect(),
  );
}

export async function rowOf(t: ConvexWorld, externalId: string): Promise<Doc<'users'>> {
  const [row, ...others] = await rowsOf(t, externalId);
  if (row === undefined || others.length > 0) {
    throw new Error(`${externalId} has ${others.length + (row ? 1 : 0)} rows`);
  }
  return row;
}

/** The one row of a Clerk organization id. */
export async function organizationRow(t: ConvexWorld, externalId: string) {
  const row = await t.run(async (ctx) => await organizationByExternalId(ctx, externalId));
  if (row === null) throw new Error(`there is no organization ${externalId}`);
  return row;
}

/** The one row of a Clerk membership id. */
export async function membershipRow(t: ConvexWorld, externalId: string) {
  const row = await t.run(async (ctx) => await membershipByExternalId(ctx, externalId));
  if (row === null) throw new Error(`there is no membership ${externalId}`);
  return row;
}

/** Puts a row into a state that no function reaches yet, counters included. */
export async function changeRow(t: ConvexWorld, id: string, change: UserChange): Promise<void> {
  const row = await rowOf(t, id);
  await t.run(async (ctx) => {
    await patchUser(ctx, row, change);
  });
}

export async function auditEntries(t: ConvexWorld): Promise<Doc<'auditLog'>[]> {
  return await t.run(async (ctx) => await ctx.db.query('auditLog').withIndex('bySeq').collect());
}

export async function auditActions(t: ConvexWorld): Promise<string[]> {
  return (await auditEntries(t)).map((entry) => entry.action);
}

export async function deliveryRows(t: ConvexWorld): Promise<Doc<'deliveries'>[]> {
  return await t.run(async (ctx) => await ctx.db.query('deliveries').collect());
}

/** Runs due pushes in place of the pool until none is due; the pool's own runs then find nothing. */
export async function drainOutbox(t: ConvexWorld): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const due = (await intentsOf(t, 'queued')).filter((intent) => intent.notBefore <= Date.now());
    if (due.length === 0) return;
    for (const intent of due) {
      await t.action(internal.outbox.push, { intentId: intent._id });
    }
  }
  throw new Error('the outbox does not come to rest');
}

/** Delivers every event of the fake Clerk that is not out yet, in its order. */
export async function deliverAll(t: ConvexWorld, clerk: FakeClerk): Promise<void> {
  for (let event = clerk.events.shift(); event; event = clerk.events.shift()) {
    await deliver(t, event);
  }
}

export { api, as, codeOf, deliver, internal, intentsOf, post, verifyAudit };
