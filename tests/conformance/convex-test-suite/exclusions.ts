/**
 * What of convex-test's own tests the local runtime does not pass, each by name and with its
 * reason. `npm run conformance:convex-test` fails when a test fails that is not here, and when one
 * is here that passes or is gone.
 */

interface Exclusions {
  reason: string;
  /** `file > name`. */
  tests: string[];
}

export const exclusions: readonly Exclusions[] = [
  {
    reason: 'File storage is refused by name: this product keeps no files.',
    tests: [
      'inlineFunctions.test.ts > inline action using storage',
      'storage.test.ts > action store blob',
      'storage.test.ts > action get blob',
      'storage.test.ts > action delete blob',
      'storage.test.ts > mutation delete blob',
      'storage.test.ts > query get URL',
      'storage.test.ts > mutation generate upload URL',
    ],
  },
  {
    reason: 'Vector search is refused by name.',
    tests: ['vectorSearch.test.ts > vector search'],
  },
  {
    reason: 'Audit log streams are refused by name; the mock takes the call and does nothing.',
    tests: ['auditLogging.test.ts > log.audit no-ops'],
  },
  {
    reason:
      'ctx.runSnapshotQuery() after a write is refused by name: the one connection of the store cannot read around what the mutation has written.',
    tests: [
      'mutations.test.ts > snapshot query does not see pending writes',
      'mutations.test.ts > snapshot query sees previously committed writes',
    ],
  },
  {
    reason:
      "`transactionLimits` is an option of the mock. The runtime always has Convex's limits; convex-limits.test.ts tests each.",
    tests: [
      'bandwidth.test.ts > read byte limit exceeded throws',
      'bandwidth.test.ts > read document limit exceeded throws',
      'bandwidth.test.ts > write byte limit exceeded throws',
      'bandwidth.test.ts > write document limit exceeded throws',
      'bandwidth.test.ts > index range limit exceeded throws',
      'bandwidth.test.ts > limits accumulate within a transaction',
      'nestedLimits.test.ts > nested limits cannot raise above the global limit',
    ],
  },
  {
    reason:
      'Convex ranks what a search finds by relevance, the newer first among equals, and so does the runtime; the mock answers in order of creation.',
    tests: [
      'textSearch.test.ts > text search',
      'textSearch.test.ts > case insensitive text search',
      'textSearch.test.ts > multi-word query matching',
    ],
  },
  {
    reason: 'Nobody but the admin can call a function of a component, and that is no user.',
    tests: ['components.test.ts > auth applies to directly called component function'],
  },
  {
    reason:
      'A schema that declares `_id` is refused: what Convex makes of it is not documented, and nothing needs it.',
    tests: ['schema.test.ts > accepts _id and _creationTime'],
  },
];
