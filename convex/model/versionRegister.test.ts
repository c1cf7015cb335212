import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Content, contentOf, isSameContent } from './versionRegister';

/** Few values, so that two are often the same, and that a field moves to its neighbour. */
const text = fc.option(fc.constantFrom('a', 'b', 'null'), { nil: undefined });
const content: fc.Arbitrary<Content> = fc.record({
  firstName: text,
  lastName: text,
  email: text,
  imageUrl: text,
  lastSignInAt: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
  publicMetadata: text,
  role: text,
  banned: fc.option(fc.boolean(), { nil: undefined }),
});

/** Another one, with one field of it changed or none. */
const pair = fc
  .record({ one: content, other: content, field: fc.constantFrom(...fieldNames(), undefined) })
  .map(({ one, other, field }) => ({
    one,
    other: field === undefined ? { ...one } : { ...one, [field]: other[field] },
  }));

function fieldNames(): (keyof Content)[] {
  return [
    'firstName',
    'lastName',
    'email',
    'imageUrl',
    'lastSignInAt',
    'publicMetadata',
    'role',
    'banned',
  ];
}

test('rule 2: the short way tells the same payloads apart as the texts do', () => {
  fc.assert(
    fc.property(pair, ({ one, other }) => {
      expect(isSameContent(one, other)).toBe(contentOf(one) === contentOf(other));
    }),
    { numRuns: 500 },
  );
});
