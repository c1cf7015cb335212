import { expect, test } from 'vitest';
import { api } from '../../convex/_generated/api';
import { convexWorld } from '../support/convex-world';

test('B7: the first signed-in request creates the row', async () => {
  const t = convexWorld();
  const me = t.withIdentity({ subject: 'user_1', givenName: 'Ann', email: 'Ann@x.test' });
  const row = await me.mutation(api.users.store, {});
  expect(row).toMatchObject({ externalId: 'user_1', name: 'Ann', role: 'staff' });
  expect(await me.query(api.users.stats, {})).toMatchObject({ total: 1 });
});
