import assert from 'node:assert/strict';
import type { Doc } from '../../../convex/_generated/dataModel';
import { hasAccess } from '../../../convex/model/access';
import { canonicalJson } from '../../../convex/model/canonicalJson';
import { parseClerkUser } from '../../../convex/model/clerkUser';
import { defaultRole, isRole, ownerRole, roleNames } from '../../../src/shared/roles';
import { type ConvexCalls, internal, verifyAudit } from '../convex-calls';
import type { RawClerkUser } from '../fake-clerk';
import type { Deployment } from './deployment';

type Metadata = Pick<RawClerkUser, 'public_metadata' | 'private_metadata'>;

export interface Expectations {
  /** Whom somebody banned or unbanned in Clerk itself: there Clerk may differ from us for good. */
  bannedByHand: Set<string>;
  /** What people other than us have written into the metadata. */
  metadata: Map<string, Metadata>;
}

export async function rowsOf(t: ConvexCalls): Promise<Doc<'users'>[]> {
  return await t.run(async (ctx) => await ctx.db.query('users').collect());
}

/** Both sides say the same, field by field, and nothing is left to do. */
export async function checkAtRest(world: Deployment, expected: Expectations): Promise<void> {
  await verifyAudit(world.t);
  const rows = await rowsOf(world.t);
  const ids = rows.map((row) => row.externalId);
  assert.equal(new Set(ids).size, ids.length, 'rule 1: one row per id');
  for (const id of world.clerk.users.keys()) assert.ok(ids.includes(id), `${id} has a row`);
  for (const row of rows) checkRow(row, world.clerk.users.get(row.externalId), expected);
  checkHeld(rows);
  await checkCounts(world.t, rows);
}

/** Rule 7: a deletion is held for want of another superadmin only. */
function checkHeld(rows: readonly Doc<'users'>[]): void {
  if (!rows.some((row) => row.role === ownerRole && hasAccess(row))) return;
  const held = rows.filter(({ heldDeletionAt }) => heldDeletionAt !== undefined);
  assert.deepEqual(held, [], 'a held deletion is released once somebody else is in charge');
}

function checkRow(
  row: Doc<'users'>,
  there: RawClerkUser | undefined,
  expected: Expectations,
): void {
  const id = row.externalId;
  assert.ok((row.access?.state ?? 'synced') === 'synced', `${id}'s access is settled`);
  if (row.deletedAt !== undefined || row.heldDeletionAt !== undefined) {
    assert.equal(there, undefined, `${id} is deleted on both sides`);
    return;
  }
  assert.ok(there !== undefined, `${id} is there on both sides`);
  assert.equal(row.push.state, 'synced', `${id}'s role is settled`);
  assert.ok((row.nameEdit?.state ?? 'synced') === 'synced', `${id}'s name is settled`);
  assert.equal(row.heldRole, undefined, `${id}'s role is held by no brake`);
  checkFields(row, there);
  checkRole(row, there.public_metadata.role);
  const banned = row.clerk.banned ?? false;
  assert.equal(banned, there.banned, `${id}: the row knows whether Clerk bans`);
  if (!expected.bannedByHand.has(id)) {
    assert.equal(banned, !row.isActive, `${id}: same access on both sides`);
  }
  checkMetadata(id, there, expected.metadata.get(id));
}

function checkFields(row: Doc<'users'>, there: RawClerkUser): void {
  const parsed = parseClerkUser(there);
  assert.ok(parsed.ok);
  const { name, firstName, lastName, email, imageUrl, publicMetadata, createdAt, updatedAt } =
    parsed.user;
  assert.deepEqual(
    {
      name: row.name,
      firstName: row.firstName,
      lastName: row.lastName,
      email: row.email,
      imageUrl: row.imageUrl,
      publicMetadata: row.publicMetadata,
      createdAt: row.createdAt,
      updatedAt: row.clerk.updatedAt,
    },
    { name, firstName, lastName, email, imageUrl, publicMetadata, createdAt, updatedAt },
    `${row.externalId}: the same on both sides`,
  );
}

function checkRole(row: Doc<'users'>, role: unknown): void {
  if (role !== undefined && !isRole(role)) {
    assert.equal(row.roleIssue?.raw, role, `${row.externalId} is marked`);
  } else {
    assert.equal(row.role, role ?? defaultRole, `${row.externalId}: same role on both sides`);
  }
}

/** C2: every key but ours is byte for byte what others wrote. */
function checkMetadata(id: string, there: RawClerkUser, others: Metadata | undefined): void {
  const { role: _, ...publicKeys } = there.public_metadata;
  const { rollcall: __, ...privateKeys } = there.private_metadata;
  assert.equal(
    canonicalJson([publicKeys, privateKeys]),
    canonicalJson([others?.public_metadata ?? {}, others?.private_metadata ?? {}]),
    `${id}: metadata of others`,
  );
}

async function checkCounts(t: ConvexCalls, rows: readonly Doc<'users'>[]): Promise<void> {
  const { counts } = await t.query(internal.admin.status, {});
  const present = rows.filter(({ state }) => state !== 'deleted');
  assert.equal(counts.total, present.length);
  assert.equal(counts.byState.deleted, rows.length - present.length);
  for (const role of roleNames) {
    const held = present.filter((row) => row.role === role).length;
    assert.equal(counts.byRole[role], held, `C7: the count of ${role}`);
  }
  assert.deepEqual(counts.pushes, { pending: 0, failed: 0 });
}
