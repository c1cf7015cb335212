import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { parseClerkEvent } from '../../convex/model/clerkEvent';
import { hasClerkOpenApi, withoutClerkOpenApi } from '../support/clerk-openapi';
import { clerkEvents, clerkEventTypes } from '../support/clerk-payloads';
import { connectedWorld, deliver, deliveryRows, disconnectWorld } from '../support/convex-world';
import type { ClerkEnvelope } from '../support/fake-clerk';

const title = 'every payload of Clerk’s published webhook schema';
const kinds: Record<string, string> = {
  'user.deleted': 'userDeleted',
  'organization.deleted': 'organizationDeleted',
  'organizationMembership.deleted': 'membershipDeleted',
};
const kindOf = (type: string) =>
  kinds[type] ??
  (type.startsWith('user.')
    ? 'user'
    : type.startsWith('organization.')
      ? 'organization'
      : 'membership');

/** Only deletions may come without an id. */
const idOf = (data: unknown) =>
  typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
const readable = (event: ClerkEnvelope) =>
  kinds[event.type] === undefined || idOf(event.data) !== undefined;

if (!hasClerkOpenApi) test.skip(withoutClerkOpenApi(title));

describe.skipIf(!hasClerkOpenApi)(`B4, pain 15: ${title}`, () => {
  afterEach(disconnectWorld);

  test.each(clerkEventTypes)(
    '%s is read, or parked where the schema lets its id be missing',
    (type) => {
      let read = 0;
      fc.assert(
        fc.property(clerkEvents(type, 'ins_test1'), (event) => {
          const parsed = parseClerkEvent(JSON.stringify(event));
          expect(parsed.kind).toBe(readable(event) ? kindOf(type) : 'poison');
          if (parsed.kind !== 'poison') read += 1;
        }),
        { numRuns: 80 },
      );
      expect(read).toBeGreaterThan(0);
    },
  );

  test('in any order, each is answered 200 and recorded; none is retried for ever', async () => {
    const { t } = connectedWorld();
    const some = clerkEventTypes.flatMap((type) =>
      fc.sample(clerkEvents(type, 'ins_test1'), {
        numRuns: 6,
        seed: clerkEventTypes.indexOf(type),
      }),
    );
    for (const event of some) expect((await deliver(t, event)).status).toBe(200);
    const rows = await deliveryRows(t);
    expect(rows).toHaveLength(some.length);
    expect(rows.filter((row) => row.outcome === 'failed')).toHaveLength(
      some.filter((event) => !readable(event)).length,
    );
  });
});
