import { describe, expect, it } from 'vitest';
import type { FunctionResult, Json } from '../engine/contract';
import { argsWithJournal, journalAfter } from './pagination-journal';

const success = (value: Json): FunctionResult => ({ kind: 'success', value, logLines: [] });
const page = { page: [], isDone: false, continueCursor: 'c1' };
const open = { filter: 'x', paginationOpts: { numItems: 2, cursor: null } };

describe('the journal of a paginated query', () => {
  it('fixes the end of a page where its first run ended', () => {
    const journal = journalAfter(open, success(page), null);
    expect(argsWithJournal(open, journal)).toEqual({
      filter: 'x',
      paginationOpts: { numItems: 2, cursor: null, endCursor: 'c1' },
    });
  });

  it('stays what it was after later runs', () => {
    const journal = journalAfter(open, success(page), null);
    expect(journalAfter(open, success({ ...page, continueCursor: 'c2' }), journal)).toBe(journal);
  });

  it.each<[string, Json, FunctionResult]>([
    ['no pagination options', { a: 1 }, success(page)],
    [
      'an end given by the client',
      { paginationOpts: { numItems: 2, cursor: null, endCursor: 'e' } },
      success(page),
    ],
    ['a result that is no page', open, success([1, 2])],
    ['a failed run', open, { kind: 'failure', errorMessage: 'x', logLines: [] }],
  ])('is empty with %s', (_name, args, result) => {
    expect(journalAfter(args, result, null)).toBeNull();
  });

  it.each(['not json', '{}', '{"endCursor":5}', '[]'])(
    'that makes no sense changes nothing: %s',
    (journal) => {
      expect(argsWithJournal(open, journal)).toEqual(open);
    },
  );

  it('never overrides an end given by the client', () => {
    const args = { paginationOpts: { numItems: 2, cursor: null, endCursor: 'mine' } };
    expect(argsWithJournal(args, '{"endCursor":"other"}')).toEqual(args);
  });
});
