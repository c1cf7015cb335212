import type { Condition } from '../../fixtures/convex-fuzz/convex/program';
import type { Step } from './programs';

/**
 * Where convex-test and this runtime are known to differ, and how the generator keeps out of it.
 * In each of them convex-test is the one that differs from Convex, or Convex promises nothing;
 * `docs/decisions/0011-runtime-conformance.md` says how a difference is judged.
 */
export interface KnownDifference {
  what: string;
  reason: string;
  leftOut: string;
  /** Shows it: once the two agree on this, the entry may go. */
  shows?: Step[];
}

/** Two documents to look at. */
const filled: Step = {
  kind: 'mutation',
  body: [
    { op: 'insert', table: 't0', value: { n: 1, a: 'x' }, as: 0 },
    { op: 'insert', table: 't0', value: { n: 2, a: true }, as: 1 },
  ],
};

const filtered = (condition: Condition): Step[] => [
  filled,
  {
    kind: 'query',
    body: [{ op: 'read', query: { table: 't0', filters: [condition] }, how: 'collect' }],
  },
];

export const knownDifferences: readonly KnownDifference[] = [
  {
    what: '`<`, `<=`, `>`, `>=` in `.filter` between values of different types, strings or lists',
    reason: 'convex-test compares by JavaScript operators, Convex by its own order of values.',
    leftOut: 'Order in filters is asked of numbers only; index ranges take every type.',
    shows: filtered({ is: 'lt', left: { field: 'a' }, right: { value: 'y' } }),
  },
  {
    what: '`q.neg`, and conditions that are not booleans, in `.filter`',
    reason:
      'convex-test does not know the one, and takes whatever JavaScript takes for true for the other.',
    leftOut: 'Conditions are comparisons, and combinations of them.',
    shows: filtered({ is: 'and', of: [{ field: 'a' }] }),
  },
  {
    what: 'Documents that are written while a query is being iterated',
    reason:
      'convex-test evaluates a query whole when it starts; Convex reads as it goes and promises nothing of a document moved meanwhile. The runtime reads as it goes.',
    leftOut:
      'In loops the document at hand is deleted or changed where no index looks, or another table grows.',
    shows: [
      filled,
      {
        kind: 'mutation',
        body: [
          {
            op: 'each',
            query: { table: 't0', filters: [] },
            stopAfter: 0,
            body: [{ op: 'delete', doc: 1, caught: true }],
          },
        ],
      },
    ],
  },
  {
    what: 'Reads and writes asked for at once',
    reason: 'Whether the read sees the write depends on when the mock gets to it.',
    leftOut: '`together` asks for reads only or for inserts only.',
  },
  {
    what: '`Promise.all` that fails while other calls go on',
    reason:
      'convex-test keeps one stack of open transactions: what goes on after the parent has failed commits into the wrong one.',
    leftOut:
      'The interpreter lets all of them end before it fails. `tests/conformance/convex-functions.test.ts` and `convex-components.test.ts` test neighbouring cases; the rollback of what was left running has no test of its own yet.',
  },
  {
    what: '`scheduler.cancel` of a job that was rolled back or is in another component',
    reason: 'convex-test patches the document it does not find; this runtime refuses by name.',
    leftOut: 'Only what becomes of the jobs is compared.',
  },
  {
    what: 'Ids: their form, their order, and that convex-test gives the same one in two components',
    reason: 'Ids are opaque.',
    leftOut:
      'Results name documents by their number in the program; fields with ids are compared for being equal only; tables have different names in the component.',
  },
  {
    what: 'paginate in a component',
    reason: 'Convex refuses it, convex-test does not.',
    leftOut: 'Pages are asked for in the app only.',
    shows: [
      {
        kind: 'query',
        body: [
          {
            op: 'call',
            kind: 'query',
            to: 'keep',
            body: [{ op: 'page', query: { table: 'k0', filters: [] }, slot: 0, numItems: 1 }],
          },
        ],
      },
    ],
  },
  {
    what: 'Limits of documents, fields, reads, writes and scheduled functions; v.record',
    reason: 'convex-test knows most of them not at all, or only where a test asks for them.',
    leftOut: 'Programs stay far below; `convex-limits.test.ts` has a test for each.',
  },
  {
    what: 'The words of errors',
    reason: 'convex-test has its own.',
    leftOut: 'Compared is whether a call fails, and the data of a ConvexError.',
  },
];
