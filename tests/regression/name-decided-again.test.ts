import { expect, test } from 'vitest';
import { api, as, deliver, intentsOf, rowOf } from '../support/convex-world';
import { envelope, rawUser } from '../support/fake-clerk';
import { answered, bossAndAnn, takeUp } from '../support/hand-pushes';

/**
 * Found by the simulation (seed 1015268): Clerk's name won over ours while our push was under way,
 * and the next decision counted from one again. The end of the old push passed for its own.
 */
test('the end of an older push of a name does not pass for that of a newer decision', async () => {
  const { t } = await bossAndAnn();
  const { _id: userId } = await rowOf(t, 'ann');
  const decide = async (firstName: string) => {
    const name = { userId, firstName, lastName: 'Lee' };
    await as(t, 'boss').mutation(api.users.updateName, name);
  };
  await decide('Bea');
  const older = await takeUp(t);
  const edited = rawUser('ann', { first_name: 'Cleo', updated_at: Date.now() + 1_000 });
  await deliver(t, envelope('user.updated', edited));
  expect((await rowOf(t, 'ann')).firstName).toBe('Cleo');

  await decide('Dora');
  await answered(t, older);

  expect((await rowOf(t, 'ann')).nameEdit).toMatchObject({ state: 'pending', rev: 2 });
  expect(await intentsOf(t, 'queued')).toMatchObject([{ name: { firstName: 'Dora' }, rev: 2 }]);
});
