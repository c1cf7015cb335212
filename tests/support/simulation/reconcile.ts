import assert from 'node:assert/strict';
import { parseClerkUser } from '../../../convex/model/clerkUser';
import { hasAccess } from '../../../convex/model/access';
import { ownerRole } from '../../../src/shared/roles';
import { api, as, type ConvexCalls, internal } from '../convex-calls';
import type { RawClerkUser } from '../fake-clerk';
import type { Deployment } from './deployment';
import { rowsOf } from './rest-checks';

/** Everybody whom Clerk has is applied, whom it has not is deleted; what was given up on goes out. */
export async function reconcile(world: Deployment): Promise<void> {
  const { t, clerk } = world;
  await applyPeople(t, structuredClone([...clerk.users.values()]));
  for (const { externalId } of await rowsOf(t)) {
    if (clerk.users.has(externalId)) continue;
    await t.mutation(internal.users.deleteFromClerk, { externalId });
  }
  await retryFailed(world);
}

export async function applyPeople(t: ConvexCalls, people: RawClerkUser[]): Promise<void> {
  for (const raw of people) {
    const parsed = parseClerkUser(raw);
    assert.ok(parsed.ok);
    await t.mutation(internal.users.upsertFromClerk, { user: parsed.user });
  }
}

/** As a superadmin would, who sees "failed" on the row. */
async function retryFailed({ t }: Deployment): Promise<void> {
  const rows = await rowsOf(t);
  const failed = rows.filter(
    (row) =>
      row.heldDeletionAt === undefined &&
      [row.push, row.access, row.nameEdit].some((push) => push?.state === 'failed'),
  );
  if (failed.length === 0) return;
  const known = rows.find((row) => row.role === ownerRole && hasAccess(row));
  const by = known ?? (await appointOwner(t));
  for (const { _id } of failed) {
    await as(t, by.externalId).mutation(api.users.retryPush, { userId: _id });
  }
}

async function appointOwner(t: Deployment['t']) {
  const [row] = (await rowsOf(t)).filter(hasAccess);
  assert.ok(row !== undefined, 'nobody is left who could retry');
  return await t.mutation(internal.admin.setRole, { idOrEmail: row.externalId, role: ownerRole });
}
