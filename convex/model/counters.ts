import { DirectAggregate } from '@convex-dev/aggregate';
import { components } from '../_generated/api';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { pushStates, userStates } from '../../src/shared/people';
import type { PushStateName, UserState } from '../../src/shared/people';
import { roleNames, type Role } from '../../src/shared/roles';

type Counted = Pick<Doc<'users'>, '_id' | 'role' | 'state' | 'push' | 'access'>;

/**
 * One tree per combination of state, role and push state (of role and access together), so that a count is one read of a root and
 * changes of different combinations do not conflict. Only `userRows` writes them.
 */
const people = new DirectAggregate<{ Key: null; Id: string; Namespace: string }>(
  components.aggregate,
);

export interface PeopleCounts {
  /** Everyone who is not deleted. */
  total: number;
  /** Everyone who is not deleted, by role. */
  byRole: Record<Role, number>;
  byState: Record<UserState, number>;
  pushes: { pending: number; failed: number };
}

export async function countInserted(ctx: MutationCtx, row: Counted): Promise<void> {
  await people.insert(ctx, { namespace: cell(row), key: null, id: row._id });
}

/**
 * Touches the counters only when the row moved to another cell. A row that was never counted (data
 * brought in past the product) is counted from then on instead of failing every change of it.
 */
export async function countChanged(
  ctx: MutationCtx,
  before: Counted,
  after: Counted,
): Promise<void> {
  if (cell(before) === cell(after)) return;
  await people.replaceOrInsert(
    ctx,
    { namespace: cell(before), key: null, id: before._id },
    { namespace: cell(after), key: null },
  );
}

export async function readCounts(ctx: QueryCtx | MutationCtx): Promise<PeopleCounts> {
  const cells = userStates.flatMap((state) =>
    roleNames.flatMap((role) => pushStates.map((push) => ({ state, role, push }))),
  );
  const counts = await people.countBatch(
    ctx,
    cells.map(({ state, role, push }) => ({ namespace: cellName(state, role, push) })),
  );
  const sum = (matches: (cell: (typeof cells)[number]) => boolean) =>
    cells.reduce((total, cell, i) => total + (matches(cell) ? (counts[i] ?? 0) : 0), 0);
  const present = (cell: (typeof cells)[number]) => cell.state !== 'deleted';
  return {
    total: sum(present),
    byRole: table(roleNames, (role) => sum((cell) => present(cell) && cell.role === role)),
    byState: table(userStates, (state) => sum((cell) => cell.state === state)),
    pushes: {
      pending: sum((cell) => cell.push === 'pending'),
      failed: sum((cell) => cell.push === 'failed'),
    },
  };
}

function table<K extends string>(keys: readonly K[], count: (key: K) => number): Record<K, number> {
  // Object.fromEntries forgets the keys' type; every key of K is there.
  return Object.fromEntries(keys.map((key) => [key, count(key)])) as Record<K, number>;
}

function cell(row: Counted): string {
  return cellName(row.state, row.role, unsettled(row));
}

/** The worse of what is on its way to Clerk: the role or the access. */
function unsettled({ push, access }: Counted): PushStateName {
  const states = [push.state, access?.state];
  return states.includes('failed') ? 'failed' : states.includes('pending') ? 'pending' : 'synced';
}

function cellName(state: UserState, role: Role, push: PushStateName): string {
  return `${state}/${role}/${push}`;
}
