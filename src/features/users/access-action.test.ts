import { describe, expect, it } from 'vitest';
import type { Actor } from '../../shared/permissions';
import {
  accessActionsFor,
  accessLabel,
  accessRefusal,
  clerkDisagrees,
  type AccessAction,
  type AccessSubject,
} from './access-action';

const superadmin: Actor = { id: 'user_root', role: 'superadmin', isActive: true };
const admin: Actor = { id: 'user_admin', role: 'admin', isActive: true };
const staff: AccessSubject = {
  externalId: 'user_staff',
  role: 'staff',
  state: 'active',
  clerk: { banned: false },
};
const synced = { state: 'synced' };
const actions: AccessAction[] = ['deactivate', 'reactivate', 'delete'];

describe('why access cannot be changed', () => {
  it.each(actions)('D2: lets a superadmin %s somebody else', (action) => {
    expect(accessRefusal(superadmin, action, staff)).toBeUndefined();
  });

  it.each(['deactivate', 'reactivate'] as const)(
    'rule 8: lets an admin %s staff, and names rank as the reason for anybody else',
    (action) => {
      expect(accessRefusal(admin, action, staff)).toBeUndefined();
      for (const role of ['admin', 'superadmin'] as const) {
        expect(accessRefusal(admin, action, { ...staff, role })).toBe(
          `You can ${action} only people whose role ranks below yours.`,
        );
      }
    },
  );

  it('D2: tells an admin who may delete', () => {
    expect(accessRefusal(admin, 'delete', staff)).toBe('Only a superadmin can delete people.');
  });

  it.each(actions)('rule 8: names the own account as the reason not to %s', (action) => {
    const self: AccessSubject = { ...staff, externalId: 'user_root', role: 'superadmin' };
    expect(accessRefusal(superadmin, action, self)).toBe(`You cannot ${action} your own account.`);
  });

  it.each(actions)(
    'rule 3: refuses to %s the deleted, also those whose deletion is held',
    (one) => {
      expect(accessRefusal(superadmin, one, { ...staff, state: 'deleted' })).toMatch(
        /stay deleted/,
      );
      const held: AccessSubject = { ...staff, state: 'deactivated', heldDeletionAt: 1 };
      expect(accessRefusal(superadmin, one, held)).toMatch(/deleted this person already/);
    },
  );
});

describe('what the menu offers about access', () => {
  it('goes by the state where Clerk agrees', () => {
    expect(accessActionsFor(staff)).toEqual(['deactivate']);
    const out: AccessSubject = { ...staff, state: 'deactivated', clerk: { banned: true } };
    expect(accessActionsFor({ ...out, access: synced })).toEqual(['reactivate']);
    expect(accessActionsFor({ ...out, state: 'deleted' })).toEqual(['reactivate']);
  });

  it('rule 9: offers both ways where somebody banned or unbanned in Clerk itself', () => {
    const banned: AccessSubject = { ...staff, clerk: { banned: true } };
    expect(accessActionsFor(banned)).toEqual(['deactivate', 'reactivate']);
    expect(accessLabel('reactivate', banned)).toBe('Lift the ban in Clerk');
    const unbanned: AccessSubject = { ...staff, state: 'deactivated', access: synced };
    expect(accessActionsFor(unbanned)).toEqual(['reactivate', 'deactivate']);
    expect(accessLabel('deactivate', unbanned)).toBe('Ban in Clerk again');
  });

  it.each(['pending', 'failed'])('takes a ban of ours that is %s for no disagreement', (state) => {
    const out: AccessSubject = { ...staff, state: 'deactivated', access: { state } };
    expect(clerkDisagrees(out)).toBe(false);
    expect(clerkDisagrees({ ...staff, clerk: { banned: true }, access: { state } })).toBe(false);
  });
});
