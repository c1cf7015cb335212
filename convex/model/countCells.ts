import type { Doc } from '../_generated/dataModel';
import { pushStates, userStates } from '../../src/shared/people';
import type { PushStateName, UserState } from '../../src/shared/people';
import { roleNames, type Role } from '../../src/shared/roles';

/** Number of people by cell; a cell that nobody is in is left out. */
export type Cells = Record<string, number>;

export interface PeopleCounts {
  /** Everyone who is not deleted. */
  total: number;
  /** Everyone who is not deleted, by role. */
  byRole: Record<Role, number>;
  byState: Record<UserState, number>;
  pushes: { pending: number; failed: number };
}

/** What the cell of a row follows from. */
export type Counted = Pick<Doc<'users'>, 'role' | 'state' | 'push' | 'access' | 'nameEdit'>;

/** The cell a row is counted in: its state, role and push state (of all that is on its way). */
export function cellOf(row: Counted): string {
  return cellName(row.state, row.role, unsettled(row));
}

/** `cells` with each change of it carried out. */
export function withChanges(cells: Cells, changes: readonly { cell: string; by: number }[]): Cells {
  const counts = new Map(Object.entries(cells));
  for (const { cell, by } of changes) counts.set(cell, (counts.get(cell) ?? 0) + by);
  return Object.fromEntries([...counts].filter(([, count]) => count !== 0));
}

/** How many people two counts place differently: 0 where they agree. */
export function differenceOf(a: Cells, b: Cells): number {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].reduce((sum, name) => sum + Math.abs((a[name] ?? 0) - (b[name] ?? 0)), 0);
}

/** How many people have one of these states and one of these roles. */
export function countOf(
  cells: Cells,
  { states, roles }: { states: readonly UserState[]; roles: readonly Role[] },
): number {
  const names = states.flatMap((state) =>
    roles.flatMap((role) => pushStates.map((push) => cellName(state, role, push))),
  );
  return names.reduce((total, name) => total + (cells[name] ?? 0), 0);
}

export function summarise(cells: Cells): PeopleCounts {
  const all = userStates.flatMap((state) =>
    roleNames.flatMap((role) =>
      pushStates.map((push) => ({
        state,
        role,
        push,
        count: cells[cellName(state, role, push)] ?? 0,
      })),
    ),
  );
  const sum = (matches: (cell: (typeof all)[number]) => boolean) =>
    all.reduce((total, cell) => total + (matches(cell) ? cell.count : 0), 0);
  const present = (cell: (typeof all)[number]) => cell.state !== 'deleted';
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

/** The worst of what is on its way to Clerk: role, access or name. */
function unsettled({ push, access, nameEdit }: Counted): PushStateName {
  // Nearly everybody; a sync asks this of a hundred thousand.
  if (access === undefined && nameEdit === undefined) return push.state;
  const states = [push.state, access?.state, nameEdit?.state];
  return (
    (['failed', 'pending', 'differs'] as const).find((one) => states.includes(one)) ?? 'synced'
  );
}

/** Field names of a document are ASCII; names of roles are up to the installation. */
function cellName(state: UserState, role: Role, push: PushStateName): string {
  return `${state}/${encodeURIComponent(role)}/${push}`;
}
