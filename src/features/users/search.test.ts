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
      cursor: 'opaque',
      page: 3,
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
    ['a first page number', { page: 1, cursor: 'x' }],
  ])('drops %s and shows the list all the same', (_name, input) => {
    const search = usersSearch(input);
    expect(Object.values(search).filter((value) => value !== undefined)).toEqual([]);
  });

  it('reads a number in the address as search text', () => {
    expect(usersSearch({ q: 42 }).q).toBe('42');
  });

  it('takes a cursor without a page number for no position at all', () => {
    expect(usersSearch({ cursor: 'opaque' })).toMatchObject({ cursor: undefined });
    expect(usersSearch({ page: 7 })).toMatchObject({ page: undefined });
  });

  it('starts at the first page whenever the list becomes another one', () => {
    const search = usersSearch({ q: 'ada', cursor: 'opaque', page: 3 });
    expect(refine(search, { role: 'staff' })).toMatchObject({
      q: 'ada',
      role: 'staff',
      cursor: undefined,
      page: undefined,
    });
  });

  it('property: no address breaks the page, and what it yields stays itself', () => {
    const key = fc.constantFrom('q', 'role', 'state', 'sort', 'order', 'cursor', 'page', 'other');
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (input) => {
        const search = usersSearch(input);
        expect(usersSearch({ ...search })).toEqual(search);
      }),
    );
  });
});
