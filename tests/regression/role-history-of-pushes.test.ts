import { expect, test } from 'vitest';
import { roleChanges } from '../../src/features/users/role-changes';
import { api, as, internal, rowOf } from '../support/convex-world';
import { bossAndAnn, takeUp } from '../support/hand-pushes';

/**
 * Found by a browser test that failed by chance: what the audit log says about a push names the
 * role that stands, and the page of the person told it as another change, "None became Admin".
 */
test('C8: a push that failed and one sent again are no change in the history of the role', async () => {
  const { t } = await bossAndAnn();
  const { _id: userId } = await rowOf(t, 'ann');
  await as(t, 'boss').mutation(api.users.updateRole, { userId, role: 'admin' });
  const { _id: intentId } = await takeUp(t);
  const report = { kind: 'refused' as const, reason: 'Clerk refused it (422)' };
  await t.mutation(internal.outbox.settle, { intentId, report });
  await as(t, 'boss').mutation(api.users.retryPush, { userId });

  const { page } = await as(t, 'boss').query(api.audit.list, {
    target: 'user:ann',
    paginationOpts: { numItems: 50, cursor: null },
  });
  const told = page.map(({ action }) => action);
  expect(told).toEqual(expect.arrayContaining(['role.pushFailed', 'role.pushRetried']));
  expect(roleChanges(page)).toMatchObject([
    { action: 'role.changed', before: { role: 'staff' }, after: { role: 'admin' } },
  ]);
});
