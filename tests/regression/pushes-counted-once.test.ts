import { expect, test } from 'vitest';
import { api, as, deliverAll, intentsOf, internal, rowOf } from '../support/convex-world';
import { answered, answerLost, bossAndAnn, personIn, takeUp } from '../support/hand-pushes';

/**
 * Found by the simulation (seed 960003408): one webhook said a name that an older push of ours had
 * left in Clerk, and a role that would leave nobody in charge. Both go out again; the name was
 * written from the row as it had been before the role, and the person was counted twice.
 */
test('C7: a person whose role and name both go out again has one pending push', async () => {
  const { t, clerk } = await bossAndAnn();
  const { _id: userId } = await rowOf(t, 'boss');
  const decide = async (firstName: string) => {
    const name = { userId, firstName, lastName: 'Lee' };
    await as(t, 'boss').mutation(api.users.updateName, name);
    return await takeUp(t);
  };
  await answerLost(t, await decide('Bea'));
  const newest = await decide('Cleo');
  clerk.rename('boss', 'Cleo');
  await answered(t, newest, personIn(clerk, 'boss'));
  const counts = async () => (await t.query(internal.admin.status, {})).counts.pushes;
  expect(await counts()).toEqual({ pending: 0, failed: 0 });

  clerk.rename('boss', 'Bea'); // the lost one arrives
  clerk.edit('boss', { role: 'staff' });
  clerk.events.splice(0, clerk.events.length - 1);
  await deliverAll(t, clerk);

  expect(await intentsOf(t, 'queued')).toMatchObject([
    { kind: 'role', role: 'superadmin' },
    { kind: 'name', name: { firstName: 'Cleo' } },
  ]);
  expect(await counts()).toEqual({ pending: 1, failed: 0 });
});
