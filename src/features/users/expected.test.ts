import { afterEach, describe, expect, it } from 'vitest';
import { expectChange, expectedOf, withAccess, withExpected, withRole } from './expected';
import type { UserRow } from './queries';

// Only what these rules look at.
const row = (updatedAt: number, more: Partial<UserRow> = {}) =>
  ({
    _id: 'u1',
    role: 'staff',
    state: 'active',
    push: { state: 'synced' },
    updatedAt,
    ...more,
  }) as UserRow;
const shown = (user: UserRow) => withExpected(user, expectedOf(user._id));

afterEach(() => expectChange('u1', {}).refused());

describe('C1: a change of a row shows before it is answered', () => {
  it('with the mark that it is on its way', () => {
    expectChange('u1', withRole('admin'));
    expect(shown(row(1))).toMatchObject({ role: 'admin', push: { state: 'pending' } });
  });

  it('and is gone after a refusal: the row says what it said', () => {
    const change = expectChange('u1', withAccess(false));
    expect(shown(row(1)).state).toBe('deactivated');
    change.refused();
    const user = row(1);
    expect(shown(user)).toBe(user);
  });

  it('until the live row is as new as the answer, also where that comes later', () => {
    const change = expectChange('u1', withRole('admin'));
    change.answered(5);
    expect(shown(row(4)).role).toBe('admin');
    // Somebody else decided once more in the meantime.
    expect(shown(row(6, { role: 'superadmin' })).role).toBe('superadmin');
    expect(shown(row(5, { role: 'admin', push: { state: 'synced' } })).push.state).toBe('synced');
  });

  it('of two, the newer one stays when the older one is refused or answered', () => {
    const first = expectChange('u1', withRole('admin'));
    const second = expectChange('u1', withRole('superadmin'));
    first.refused();
    expect(shown(row(1)).role).toBe('superadmin');
    first.answered(1);
    expect(shown(row(1)).role).toBe('superadmin');
    second.refused();
    expect(shown(row(1)).role).toBe('staff');
  });

  it('of nobody else', () => {
    expectChange('u1', withRole('admin'));
    const other = row(1, { _id: 'u2' as UserRow['_id'] });
    expect(shown(other)).toBe(other);
  });
});
