import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refine, usersSearch } from './search';

describe('the address of the users page', () => {
  it('keeps what is well-formed', () => {
    const search = {
      q: 'ada',
      role: 'admin',
      state: 'deactivated',
      sort: 'createdAt',
      order: 'desc',
      at: 'j57ekpt8xqvzj3t7v5ks1tn6e57x0y1z',
    };
    expect(usersSearch(search)).toEqual(search);
  });

  it.each([
    ['an unknown role', { role: 'owner' }],
    ['an unknown state', { state: 'gone' }],
    ['an unknown order', { order: 'up' }],
    ['an unknown sort', { sort: 'email' }],
    ['an object as role', { role: { $ne: 1 } }],
    ['blank search text', { q: '   ' }],
    ['a position that says a name', { at: '["lovelace ada"]' }],
  ])('drops %s and shows the list all the same', (_name, input) => {
    const search = usersSearch(input);
    expect(Object.values(search).filter((value) => value !== undefined)).toEqual([]);
  });

  it('reads a number in the address as search text', () => {
    expect(usersSearch({ q: 42 }).q).toBe('42');
  });

  it('knows no position of Convex, which would say a name and an address', () => {
    expect(usersSearch({ cursor: '["lovelace ada"]', page: 7 })).not.toHaveProperty('cursor');
  });

  it('starts at the top whenever the list becomes another one', () => {
    const search = usersSearch({ q: 'ada', at: 'j57ekpt8xqvzj3t7v5ks1tn6e57x0y1z' });
    expect(refine(search, { role: 'staff' })).toMatchObject({
      q: 'ada',
      role: 'staff',
      at: undefined,
    });
  });

  it('property: no address breaks the page, and what it yields stays itself', () => {
    const key = fc.constantFrom('q', 'role', 'state', 'sort', 'order', 'at', 'do', 'other');
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (input) => {
        const search = usersSearch(input);
        expect(usersSearch({ ...search })).toEqual(search);
      }),
    );
  });
});
