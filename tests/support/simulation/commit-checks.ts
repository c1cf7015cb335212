import assert from 'node:assert/strict';
import type { Doc } from '../../../convex/_generated/dataModel';
import { summarise } from '../../../convex/model/countCells';
import { isActiveOwner } from '../../../convex/model/lastOwner';
import { roleNames } from '../../../src/shared/roles';
import { lacks } from '../audit-facts';
import type { CommitCheck } from '../memory-convex/memory-convex';
import type { Change, MemoryStore } from '../memory-convex/store';

type User = Doc<'users'>;
type Facts = Pick<User, 'role' | 'isActive' | 'deletedAt' | 'heldDeletionAt'>;

/**
 * What must hold in every state that anybody could observe, that is after every transaction. A
 * function of its own for each deployment: it remembers whether there was ever an owner.
 */
export function commitChecks(): CommitCheck {
  let hadOwner = false;
  return (store, changes) => {
    const users = usersIn(store);
    const ids = users.map(({ externalId }) => externalId);
    assert.equal(new Set(ids).size, ids.length, 'rule 1: one row per id');
    const owners = users.filter(isActiveOwner).length;
    assert.ok(!hadOwner || owners > 0, 'rule 7: an active owner in every state');
    hadOwner ||= owners > 0;
    const receipts = store.all('deliveries').map(({ svixId }) => svixId);
    assert.equal(new Set(receipts).size, receipts.length, 'rule 4: one receipt per message');
    checkTombstones(changes);
    checkCounts(store, users);
    checkAudit(changes);
  };
}

function usersIn(store: MemoryStore): User[] {
  return store.all('users') as unknown as User[]; // the schema was checked at every write
}

function checkTombstones(changes: readonly Change[]): void {
  for (const { before, after } of changes) {
    if (before?.deletedAt === undefined) continue;
    assert.ok(after?.deletedAt !== undefined, 'rule 3: what is deleted stays deleted');
  }
}

/** C7, counted from the rows by hand: the product's own way of counting is on trial as well. */
function checkCounts(store: MemoryStore, users: readonly User[]): void {
  const [row] = store.all('peopleCounts') as unknown as Doc<'peopleCounts'>[];
  const counts = summarise(row?.cells ?? {});
  const present = users.filter(({ deletedAt }) => deletedAt === undefined);
  const active = present.filter(({ isActive }) => isActive);
  assert.equal(counts.total, present.length, 'C7: everybody is counted');
  assert.equal(counts.byState.active, active.length, 'C7: the active are counted');
  assert.equal(counts.byState.deleted, users.length - present.length, 'C7: tombstones are counted');
  for (const role of roleNames) {
    const held = present.filter((user) => user.role === role).length;
    assert.equal(counts.byRole[role], held, `C7: the count of ${role}`);
  }
  const states = users.map(({ push, access, nameEdit }) =>
    [push, access, nameEdit].map((channel) => channel?.state),
  );
  const failed = states.filter((channels) => channels.includes('failed')).length;
  const open = states.filter((channels) => channels.some((state) => state && state !== 'synced'));
  assert.deepEqual(counts.pushes, { failed, pending: open.length - failed }, 'C7: pushes');
}

/** Whoever's role, access or existence changed is named by an entry of the same transaction. */
function checkAudit(changes: readonly Change[]): void {
  const named = new Set(changes.flatMap(namesIn));
  for (const { table, before, after } of changes) {
    if (table === 'auditLog') {
      assert.equal(before, null, 'the audit log is append-only');
      const entry = after as unknown as Doc<'auditLog'>;
      assert.equal(lacks(entry), undefined, `pain 21: ${entry.action} says too little`);
    }
    if (table !== 'users') continue;
    const [was, is] = [before, after] as unknown as [User | null, User];
    if (was !== null && sameFacts(was, is)) continue;
    assert.ok(named.has(`user:${is.externalId}`), `audit: ${is.externalId} changed unseen`);
  }
}

/** A sync names everybody whom one transaction brought in by one entry. */
function namesIn({ table, before, after }: Change): string[] {
  if (table !== 'auditLog' || before !== null || after === null) return [];
  const { target, after: facts } = after as unknown as Doc<'auditLog'>;
  const together = Array.isArray(facts?.users) ? facts.users.map((id) => `user:${id}`) : [];
  return [target, ...together];
}

function sameFacts(a: Facts, b: Facts): boolean {
  return (
    a.role === b.role &&
    a.isActive === b.isActive &&
    a.deletedAt === b.deletedAt &&
    a.heldDeletionAt === b.heldDeletionAt
  );
}
