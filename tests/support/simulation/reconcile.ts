import assert from 'node:assert/strict';
import type { FunctionReturnType } from 'convex/server';
import { parseClerkUser } from '../../../convex/model/clerkUser';
import { hasAccess } from '../../../convex/model/access';
import { ownerRole } from '../../../src/shared/roles';
import { api, as, type ConvexCalls, internal } from '../convex-calls';
import { type RawClerkUser, rawUser } from '../fake-clerk';
import type { Deployment } from './deployment';
import { rowsOf } from './rest-checks';

/**
 * One full synchronisation, what it found missing deleted by somebody who confirms it, and what was
 * given up on sent again.
 */
export async function reconcile(world: Deployment): Promise<void> {
  const { t } = world;
  await syncOnce(t);
  await confirmRemovals(t);
  const run = await newestRun(t);
  const paginationOpts = { numItems: 100, cursor: null };
  const missing = await t.query(internal.adminSync.missing, { runId: run._id, paginationOpts });
  for (const { externalId } of missing.page) {
    if (world.clerk.users.has(externalId)) continue;
    await t.mutation(internal.users.deleteFromClerk, { externalId });
  }
  await retryFailed(world);
}

export async function syncOnce(t: ConvexCalls): Promise<void> {
  const runId = await t.mutation(internal.adminSync.start, { mode: 'apply' });
  await t.action(internal.syncWork.drive, { runId });
  const run = await t.query(internal.adminSync.run, { runId });
  assert.equal(run?.status, 'completed', `the sync ended ${JSON.stringify(run?.failure)}`);
}

type Run = FunctionReturnType<typeof internal.adminSync.runs>['page'][number];

async function newestRun(t: ConvexCalls): Promise<Run> {
  const paginationOpts = { numItems: 1, cursor: null };
  const [run] = (await t.query(internal.adminSync.runs, { paginationOpts })).page;
  assert.ok(run !== undefined);
  return run;
}

/** What the run's brakes left for somebody to confirm: with few organizations often the last ones. */
export async function confirmRemovals(t: ConvexCalls): Promise<void> {
  const run = await newestRun(t);
  const { organizations, memberships } = run.removals;
  if (!organizations?.held && !memberships?.held) return;
  await t.mutation(internal.adminSync.confirmRemovals, { runId: run._id });
  await t.action(internal.removals.carryOut, { runId: run._id });
}

/** A page of Clerk's list, applied as webhooks are. */
export async function applyPeople(t: ConvexCalls, people: RawClerkUser[]): Promise<void> {
  for (const raw of people) {
    const parsed = parseClerkUser(raw);
    assert.ok(parsed.ok);
    await t.mutation(internal.users.upsertFromClerk, { user: parsed.user });
  }
}

/** As a superadmin would, who sees "failed" on the row. */
async function retryFailed(world: Deployment): Promise<void> {
  const { t } = world;
  const rows = await rowsOf(t);
  const failed = rows.filter(
    (row) =>
      row.heldDeletionAt === undefined &&
      [row.push, row.access, row.nameEdit].some((push) => push?.state === 'failed'),
  );
  if (failed.length === 0) return;
  const known = rows.find((row) => row.role === ownerRole && hasAccess(row));
  const by = known?.externalId ?? (await appointOwner(world));
  for (const { _id } of failed) {
    await as(t, by).mutation(api.users.retryPush, { userId: _id });
  }
}

/** Nobody may be left who has access: then somebody new comes. */
async function appointOwner({ t, clerk }: Deployment): Promise<string> {
  clerk.create(rawUser('relief', { public_metadata: { role: ownerRole } }));
  await applyPeople(
    t,
    [...clerk.users.values()].filter(({ id }) => id === 'relief'),
  );
  return 'relief';
}
