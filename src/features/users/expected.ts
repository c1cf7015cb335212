import { useCallback, useSyncExternalStore } from 'react';
import { isRole } from '../../shared/roles';
import type { UserRow } from './queries';

/*
 * What rows will say once a command has been answered. Shown at once, with the mark that it is on
 * its way, and taken away again when the command is refused. The live row counts as soon as it is
 * as new as the answer.
 */

type Change = Partial<Pick<UserRow, 'role' | 'state' | 'isActive' | 'push' | 'access'>> & {
  roleIssue?: undefined;
  heldRole?: undefined;
};

interface Expectation {
  change: Change;
  /** `updatedAt` of the row that the server answered with; absent while it has not. */
  answeredAt?: number;
}

const expectations = new Map<string, Expectation>();
const listeners = new Set<() => void>();

function set(userId: string, expectation: Expectation | undefined): void {
  if (expectation === undefined) expectations.delete(userId);
  else expectations.set(userId, expectation);
  for (const listener of listeners) listener();
}

const pending = { state: 'pending' as const };

/** A role, as `changeRole` of the backend will leave the row. */
export function withRole(role: string): Change {
  if (!isRole(role)) return {};
  return { role, push: pending, roleIssue: undefined, heldRole: undefined };
}

/** Access, as `changeAccess` of the backend will leave the row. */
export function withAccess(isActive: boolean): Change {
  return { isActive, state: isActive ? 'active' : 'deactivated', access: pending };
}

/**
 * Shows a change before it is answered. Only the newest one of a person counts: an older one that is
 * answered or refused later leaves it alone.
 */
export function expectChange(userId: string, change: Change) {
  let own: Expectation = { change };
  set(userId, own);
  const isNewest = () => expectations.get(userId) === own;
  return {
    answered: (updatedAt: number) => {
      if (!isNewest()) return;
      own = { change, answeredAt: updatedAt };
      // The live row may be there already, and counts from now on.
      set(userId, own);
    },
    refused: () => {
      if (isNewest()) set(userId, undefined);
    },
  };
}

/** The row with what is expected of it; the very row where nothing is. */
export function withExpected(user: UserRow, expectation: Expectation | undefined): UserRow {
  if (expectation === undefined) return user;
  const { change, answeredAt } = expectation;
  if (answeredAt !== undefined && user.updatedAt >= answeredAt) return user;
  return { ...user, ...change };
}

export function expectedOf(userId: string): Expectation | undefined {
  return expectations.get(userId);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The row as it will be, while a command about it is under way. */
export function useExpected(user: UserRow): UserRow {
  const { _id } = user;
  const read = useCallback(() => expectedOf(_id), [_id]);
  return withExpected(
    user,
    useSyncExternalStore(subscribe, read, () => undefined),
  );
}
