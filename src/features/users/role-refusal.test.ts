import { describe, expect, it } from 'vitest';
import type { Actor } from '../../shared/permissions';
import { roleChangeRefusal } from './role-refusal';

const superadmin: Actor = { id: 'user_root', role: 'superadmin', isActive: true };
const staff = { externalId: 'user_staff', role: 'staff', state: 'active' } as const;

describe('why a role cannot be changed', () => {
  it('C8: lets a superadmin change somebody else', () => {
    expect(roleChangeRefusal(superadmin, staff)).toBeUndefined();
  });

  it('rule 8: names the own account as the reason', () => {
    const self = { externalId: 'user_root', role: 'superadmin', state: 'active' } as const;
    expect(roleChangeRefusal(superadmin, self)).toBe('You cannot change your own role.');
  });

  it.each(['admin', 'staff'] as const)('C8: tells %s who may', (role) => {
    const actor: Actor = { id: 'user_other', role, isActive: true };
    expect(roleChangeRefusal(actor, staff)).toBe('Only a superadmin can change roles.');
  });

  it('refuses deleted people before anything else', () => {
    expect(roleChangeRefusal(superadmin, { ...staff, state: 'deleted' })).toMatch(/deleted/);
  });
});
