import { describe, expect, it, vi } from 'vitest';
import { can, type Actor, type Permission } from '../shared/permissions';
import { firstAdminPage, mayEnterAdministration, visibleSections } from './navigation-items';

/** A vocabulary of somebody's own: roles with single permissions of an admin. */
vi.mock('../../app.config', () => {
  const role = (...permissions: Permission[]) => ({
    label: 'x',
    description: 'x',
    permissions: Object.fromEntries(permissions.map((name) => [name, 'any'])),
  });
  return {
    appConfig: {
      roles: {
        order: ['owner', 'auditor', 'keeper', 'guest'],
        default: 'guest',
        owner: 'owner',
        definitions: {
          owner: role('users:read', 'users:setRole'),
          auditor: role('directory:read', 'organizations:read', 'audit:read'),
          // What can be done on pages that this role does not see.
          keeper: role('directory:read', 'users:invite', 'credentials:write'),
          guest: role(),
        },
      },
    },
  };
});

// The names of the mocked vocabulary, which the types do not know.
const as = (role: string) => ({ id: 'u1', role, isActive: true }) as unknown as Actor;
const pagesOf = (role: string) =>
  visibleSections(as(role)).flatMap(({ items }) => items.map(({ to }) => to));

describe('Roles of an installation’s own (C6)', () => {
  it('a role with some of an admin’s permissions sees exactly their pages, and enters at the first', () => {
    expect(pagesOf('auditor')).toEqual([
      '/dashboard',
      '/dashboard/users',
      '/admin/organizations',
      '/admin/audit',
    ]);
    expect(firstAdminPage(as('auditor'))).toBe('/admin/organizations');
    expect(can(as('auditor'), 'users:read')).toBe(false);
  });

  it('permissions without a page to use them on open no administration', () => {
    for (const role of ['keeper', 'guest']) expect(mayEnterAdministration(as(role))).toBe(false);
    expect(pagesOf('guest')).toEqual(['/dashboard']);
  });

  it('whoever lost access enters nothing, whatever the role', () => {
    expect(mayEnterAdministration({ ...as('owner'), isActive: false })).toBe(false);
    expect(mayEnterAdministration({ ...as('owner'), deletedAt: 1 })).toBe(false);
    expect(mayEnterAdministration(as('owner'))).toBe(true);
  });
});
