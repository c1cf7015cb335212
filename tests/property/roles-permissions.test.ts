import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isActiveOwner, leavesNoOwner, type Standing } from '../../convex/model/lastOwner';
import { type Actor, can, canSometimes, decide, permissions } from '../../src/shared/permissions';
import { rolePresets, type RoleVocabulary } from '../../src/shared/role-presets';
import { aRole, defaultRole, isRole, outranks, ownerRole, roleNames } from '../../src/shared/roles';

const role = fc.constantFrom(...roleNames);
const permission = fc.constantFrom(...permissions);
const actor = (fields: Partial<Actor> = {}): Actor => ({
  id: 'actor',
  role: ownerRole,
  isActive: true,
  ...fields,
});
const anyActor: fc.Arbitrary<Actor> = fc.record(
  { id: fc.constantFrom('a', 'b'), role, isActive: fc.boolean(), deletedAt: fc.nat() },
  { requiredKeys: ['id', 'role', 'isActive'] },
);
const anyTarget = fc.record({ id: fc.constantFrom('a', 'b', 'c'), role });

/** Rule 8, written out: who may do each permission to a superadmin, an admin, a staff member. */
const table: Record<
  (typeof permissions)[number],
  Record<'superadmin' | 'admin' | 'staff', string>
> = {
  'directory:read': { superadmin: 'all', admin: 'all', staff: 'all' },
  'users:read': { superadmin: 'all', admin: 'all', staff: 'none' },
  'users:setRole': { superadmin: 'all', admin: 'none', staff: 'none' },
  'users:update': { superadmin: 'all', admin: 'staff', staff: 'none' },
  'users:invite': { superadmin: 'all', admin: 'staff', staff: 'none' },
  'users:deactivate': { superadmin: 'all', admin: 'staff', staff: 'none' },
  'users:reactivate': { superadmin: 'all', admin: 'staff', staff: 'none' },
  'users:delete': { superadmin: 'all', admin: 'none', staff: 'none' },
  'pushes:retry': { superadmin: 'all', admin: 'all', staff: 'none' },
  'brakes:decide': { superadmin: 'all', admin: 'none', staff: 'none' },
  'alarms:acknowledge': { superadmin: 'all', admin: 'all', staff: 'none' },
  'sync:read': { superadmin: 'all', admin: 'all', staff: 'none' },
  'sync:run': { superadmin: 'all', admin: 'all', staff: 'none' },
  'audit:read': { superadmin: 'all', admin: 'all', staff: 'none' },
  'audit:export': { superadmin: 'all', admin: 'none', staff: 'none' },
  'deliveries:read': { superadmin: 'all', admin: 'all', staff: 'none' },
  'deliveries:replay': { superadmin: 'all', admin: 'none', staff: 'none' },
  'organizations:read': { superadmin: 'all', admin: 'all', staff: 'none' },
  'credentials:write': { superadmin: 'all', admin: 'none', staff: 'none' },
  'tokens:manage': { superadmin: 'all', admin: 'none', staff: 'none' },
  'settings:read': { superadmin: 'all', admin: 'all', staff: 'none' },
};

describe('rule 8: who may do what', () => {
  for (const name of permissions) {
    for (const by of roleNames) {
      const reach = table[name][by];
      test(`${by} may do ${name} to: ${reach}`, () => {
        for (const to of roleNames) {
          const expected = reach === 'all' || reach === to;
          expect(can(actor({ role: by }), name, { id: 'other', role: to })).toBe(expected);
        }
        expect(canSometimes(actor({ role: by }), name)).toBe(reach !== 'none');
      });
    }
  }

  test('nobody changes their own role, nor deactivates or deletes themselves', () => {
    const own = ['users:setRole', 'users:deactivate', 'users:reactivate', 'users:delete'] as const;
    for (const name of own) {
      expect(decide(actor(), name, { id: 'actor', role: ownerRole })).toEqual({
        allowed: false,
        code: 'SELF_CHANGE',
      });
    }
  });

  test('the inactive and the deleted may do nothing at all', () => {
    fc.assert(
      fc.property(
        anyActor,
        permission,
        fc.option(anyTarget, { nil: undefined }),
        (a, p, target) => {
          fc.pre(!a.isActive || a.deletedAt !== undefined);
          expect(decide(a, p, target)).toEqual({ allowed: false, code: 'ACCOUNT_INACTIVE' });
          expect(canSometimes(a, p)).toBe(false);
        },
      ),
    );
  });

  /** Few enough to look at all of them. */
  const cases = permissions.flatMap((name) =>
    roleNames.flatMap((by) => roleNames.map((to) => ({ name, by, to }))),
  );
  const allows = (by: (typeof roleNames)[number], { name, to }: (typeof cases)[number]) =>
    can(actor({ role: by }), name, { id: 'other', role: to });

  test('what is allowed to somebody is allowed sometimes, and the other way round', () => {
    for (const name of permissions) {
      for (const by of roleNames) {
        const everAllowed = cases.some((each) => each.name === name && allows(by, each));
        expect(canSometimes(actor({ role: by }), name)).toBe(everAllowed);
      }
    }
  });

  test('a higher rank may do no less to others', () => {
    const less = cases.filter(
      (each) =>
        allows(each.by, each) &&
        roleNames.some((higher) => outranks(higher, each.by) && !allows(higher, each)),
    );
    expect(less).toEqual([]);
  });

  test('only the owner role sets roles', () => {
    const setters = cases.filter((each) => each.name === 'users:setRole' && allows(each.by, each));
    expect(new Set(setters.map(({ by }) => by))).toEqual(new Set([ownerRole]));
  });
});

describe('rule 7: the last owner', () => {
  const standing: fc.Arbitrary<Standing> = fc.record(
    { role, isActive: fc.boolean(), deletedAt: fc.nat() },
    { requiredKeys: ['role', 'isActive'] },
  );

  test('a change is refused exactly when it would take the count of active owners to zero', () => {
    fc.assert(
      fc.property(standing, standing, fc.nat(3), (before, after, others) => {
        const countBefore = others + Number(isActiveOwner(before));
        const countAfter = others + Number(isActiveOwner(after));
        expect(leavesNoOwner(before, after, others)).toBe(countBefore > 0 && countAfter === 0);
      }),
    );
  });
});

describe('C6: the vocabularies of the guides', () => {
  const presets: [string, RoleVocabulary, string[], string][] = [
    [
      'superadminAdminStaff',
      rolePresets.superadminAdminStaff,
      ['superadmin', 'admin', 'staff'],
      'staff',
    ],
    [
      'adminInstructorStudent',
      rolePresets.adminInstructorStudent,
      ['ADMIN', 'INSTRUCTOR', 'STUDENT'],
      'STUDENT',
    ],
    [
      'adminSubaccountUser',
      rolePresets.adminSubaccountUser,
      ['ADMIN', 'SUBACCOUNT_USER'],
      'SUBACCOUNT_USER',
    ],
  ];

  test.each(presets)('%s: names, order, default and owner', (_, preset, order, fallback) => {
    expect(preset.order).toEqual(order);
    expect(preset.default).toBe(fallback);
    expect(preset.owner).toBe(order[0]);
    expect(Object.keys(preset.definitions).sort()).toEqual([...order].sort());
  });

  test.each(presets)('%s: the owner may set roles of anybody, nobody else may', (_, preset) => {
    for (const name of preset.order) {
      const reach = preset.definitions[name]?.permissions['users:setRole'];
      expect(reach).toBe(name === preset.owner ? 'any' : undefined);
    }
  });

  test.each(presets)('%s: the default role may do the least', (_, preset) => {
    const lowest = Object.keys(preset.definitions[preset.default]?.permissions ?? {});
    for (const name of preset.order) {
      expect(Object.keys(preset.definitions[name]?.permissions ?? {})).toEqual(
        expect.arrayContaining(lowest),
      );
    }
  });

  test('role names are matched exactly', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.anything()), (value) => {
        expect(isRole(value)).toBe(roleNames.some((name) => name === value));
      }),
    );
    expect(isRole(` ${defaultRole}`)).toBe(false);
    expect(isRole('toString')).toBe(false);
  });
});

test('C6: texts call one person of a role as English does', () => {
  expect(['superadmin', 'admin', 'staff'].filter(isRole).map(aRole)).toEqual([
    'a superadmin',
    'an admin',
    'a staff',
  ]);
});
