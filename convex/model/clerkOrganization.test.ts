import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseClerkEvent } from './clerkEvent';
import { parseClerkMembership, parseClerkOrganization, parseDeletedId } from './clerkOrganization';

const at = 1_700_000_000_000;

describe('B4, E5: any organization that Clerk may send', () => {
  test('the least that Clerk can send is enough', () => {
    expect(parseClerkOrganization({ id: 'org_1', updated_at: at })).toEqual({
      ok: true,
      organization: { externalId: 'org_1', name: 'Organization', updatedAt: at, createdAt: at },
    });
  });

  test('times in seconds, missing times and odd fields do not stop it', () => {
    const data = { id: 'org_1', name: 7, slug: null, image_url: {}, created_at: at / 1_000 };
    expect(parseClerkOrganization(data, at + 5)).toMatchObject({
      ok: true,
      organization: { name: 'Organization', createdAt: at, updatedAt: at + 5 },
    });
  });

  test('without an id or any time it is unusable and says why', () => {
    expect(parseClerkOrganization({ updated_at: at })).toMatchObject({ ok: false });
    expect(parseClerkOrganization({ id: 'org_1' })).toEqual({
      ok: false,
      why: 'the organization has no updated_at',
    });
  });
});

describe('B4, E5: any membership that Clerk may send', () => {
  const least = { id: 'orgmem_1', organization: { id: 'org_1' }, updated_at: at };

  test('the person may be missing, the organization not', () => {
    expect(parseClerkMembership(least)).toMatchObject({
      ok: true,
      membership: { organizationExternalId: 'org_1', role: 'unknown', permissions: [] },
    });
    expect(parseClerkMembership({ ...least, organization: {} })).toMatchObject({ ok: false });
  });

  test('permissions are a set in a fixed order, whatever else is among them', () => {
    const permissions = ['org:b', 'org:a', 'org:b', 7, null, ''];
    expect(parseClerkMembership({ ...least, permissions })).toMatchObject({
      membership: { permissions: ['org:a', 'org:b'] },
    });
  });
});

/** Whether Convex would refuse to store it. */
function isUnstorable(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value);
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value);
  return Array.isArray(value) && value.some(isUnstorable);
}

describe('hostile input', () => {
  const odd = fc.oneof(
    fc.anything(),
    fc.string({ unit: 'binary' }),
    fc.jsonValue(),
    fc.constant('\uD800'),
  );
  const id = fc.oneof(fc.constant('some_1'), odd);
  const fields = fc.record(
    {
      id,
      name: odd,
      slug: odd,
      image_url: odd,
      organization: fc.oneof(fc.record({ id }), odd),
      public_user_data: fc.oneof(fc.record({ user_id: id }), odd),
      role: odd,
      permissions: fc.oneof(odd, fc.array(odd)),
      public_metadata: odd,
      created_at: fc.oneof(odd, fc.nat()),
      updated_at: fc.oneof(odd, fc.nat()),
    },
    { requiredKeys: [] },
  );

  test('never throws, and nothing that comes out is unstorable', () => {
    fc.assert(
      fc.property(fields, (data) => {
        const organization = parseClerkOrganization(data);
        const membership = parseClerkMembership(data);
        const values = [
          ...(organization.ok ? Object.values(organization.organization) : []),
          ...(membership.ok ? Object.values(membership.membership) : []),
          parseDeletedId(data),
        ];
        expect(values.filter(isUnstorable)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(['organization.created', 'organizationMembership.updated', 'organization.deleted'])(
    '%s with data of any shape is an event or poison',
    (type) => {
      fc.assert(
        fc.property(fc.oneof(fields, fc.jsonValue()), (data) => {
          const { kind } = parseClerkEvent(JSON.stringify({ type, data: toJson(data) }));
          expect(['organization', 'membership', 'organizationDeleted', 'poison']).toContain(kind);
        }),
      );
    },
  );
});

/** What of a value survives a body: bigints, symbols and cycles cannot be sent. */
function toJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return null;
  }
}
