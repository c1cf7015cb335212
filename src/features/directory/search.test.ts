import { describe, expect, it } from 'vitest';
import { directorySearch } from './search';

const at = 'j57ekpt8xqvzj3t7v5ks1tn6e57x0y1z';

describe('D1: the address of the directory', () => {
  it('names the first person of a page by row id', () => {
    expect(directorySearch({ at, page: 2 })).toEqual({ at, page: 2 });
  });

  it('holds no position of Convex, which would say a name and an address', () => {
    const cursor = '["lovelace ada ada@rollcall.test"]';
    expect(directorySearch({ cursor, page: 2 })).toEqual({});
    expect(directorySearch({ at: cursor, page: 2 })).toEqual({});
  });

  it.each([{ at }, { page: 2 }, { at, page: 1 }, { at, page: 'two' }])(
    'takes half a position for the first page: %j',
    (input) => {
      expect(directorySearch(input)).toEqual({});
    },
  );
});
