import type { WithoutSystemFields } from 'convex/server';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { clerkSyncOf } from '../../src/shared/clerk-sync';
import type { ClerkSync, UserState } from '../../src/shared/people';
import { ownerRole } from '../../src/shared/roles';
import { countChanged, countInserted, countManyInserted, justNow } from './counters';
import { countHeld } from './roleBrake';

export type UserRow = Doc<'users'>;
type Derived = 'state' | 'searchText' | 'sync';
export type NewUser = Omit<WithoutSystemFields<UserRow>, Derived>;
export type UserChange = Partial<NewUser>;

/**
 * The only functions that write to `users`: they derive what is derived and keep the counters
 * in the same transaction.
 */
export async function insertUser(ctx: MutationCtx, fields: NewUser): Promise<UserRow> {
  const { state, searchText, sync } = derive(fields);
  const row = { state, searchText, sync, ...fields };
  const [id] = await Promise.all([ctx.db.insert('users', row), countInserted(ctx, row)]);
  // Not read back for its creation time, which nobody asks for before the transaction has ended.
  return { _id: id, _creationTime: justNow, ...row };
}

/**
 * Many new people at once, none of whom may have a row. For bulk work inside `countTogether`: rows
 * are not read back, which halves the cost of each.
 */
export async function insertUsers(ctx: MutationCtx, people: readonly NewUser[]): Promise<void> {
  const rows = people.map((fields) => {
    const { state, searchText, sync } = derive(fields);
    return { state, searchText, sync, ...fields };
  });
  await Promise.all(rows.map((row) => ctx.db.insert('users', row)));
  await countManyInserted(ctx, rows);
}

/** A field given as `undefined` is removed. Returns the row as it is now. */
export async function patchUser(
  ctx: MutationCtx,
  row: UserRow,
  change: UserChange,
): Promise<UserRow> {
  const after: UserRow = { ...row, ...change };
  const derived = derive(after);
  const changed = { ...after, ...derived };
  await Promise.all([
    ctx.db.patch('users', row._id, { ...change, ...derived }),
    countChanged(ctx, row, changed),
  ]);
  await countHeld(ctx, row, changed);
  return changed;
}

/** Active owners other than `row`: 0 or 1, which is all that rule 7 asks. Reads two rows at most. */
export async function otherActiveOwners(
  ctx: QueryCtx | MutationCtx,
  row: UserRow,
): Promise<number> {
  const owners = await ctx.db
    .query('users')
    .withIndex('byName', (q) => q.eq('state', 'active').eq('role', ownerRole))
    .take(2);
  return owners.some((owner) => owner._id !== row._id) ? 1 : 0;
}

function derive(row: NewUser): { state: UserState; searchText: string; sync: ClerkSync } {
  const present = row.isActive ? 'active' : 'deactivated';
  return {
    state: row.deletedAt === undefined ? present : 'deleted',
    searchText: [row.name, row.email ?? ''].join(' ').trim().toLowerCase(),
    sync: clerkSyncOf(row),
  };
}
