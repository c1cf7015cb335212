import { afterEach, beforeEach, expect, test } from 'vitest';
import { disconnectWorld, rowOf, verifyAudit } from '../support/convex-world';
import { populate, sync, type SyncWorld, syncWorld } from '../support/sync-world';

let world: SyncWorld;
beforeEach(() => {
  world = syncWorld();
});
afterEach(disconnectWorld);

test('pain 14, A3, A4: new people are added, a second run finds them unchanged', async () => {
  const { t, clerk } = world;
  populate(clerk, 1_203);
  const first = await sync(t);
  expect(first.failure).toBeUndefined();
  expect(first.status).toBe('completed');
  expect(first.tallies.users).toMatchObject({ seen: 1_203, added: 1_203 });
  const second = await sync(t);
  expect(second.tallies.users).toMatchObject({ seen: 1_203, unchanged: 1_203, added: 0 });
  expect(await rowOf(t, 'p00042')).toMatchObject({ email: 'p00042@rollcall.test', role: 'staff' });
  await verifyAudit(t);
});
