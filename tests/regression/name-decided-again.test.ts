import { afterEach, expect, test } from 'vitest';
import {
  api,
  arrive,
  as,
  connectedWorld,
  deliver,
  disconnectWorld,
  intentsOf,
  internal,
  rowOf,
} from '../support/convex-world';
import { envelope, rawUser } from '../support/fake-clerk';

afterEach(disconnectWorld);

/**
 * Found by the simulation (seed 1015268): Clerk's name won over ours while our push was under way,
 * and the next decision counted from one again. The end of the old push passed for its own.
 */
test('the end of an older push of a name does not pass for that of a newer decision', async () => {
  const { t } = connectedWorld();
  await arrive(t, 'boss', 'superadmin');
  const ann = await arrive(t, 'ann', 'staff');
  const decide = async (firstName: string) =>
    await as(t, 'boss').mutation(api.users.updateName, {
      userId: ann._id,
      firstName,
      lastName: 'Lee',
    });
  await decide('Bea');
  const [older] = await intentsOf(t, 'queued');
  if (older === undefined) throw new Error('no name is on its way');
  await t.mutation(internal.outbox.claim, { intentId: older._id });
  const edited = rawUser('ann', { first_name: 'Cleo', updated_at: Date.now() + 1_000 });
  await deliver(t, envelope('user.updated', edited));
  expect((await rowOf(t, 'ann')).firstName).toBe('Cleo');

  await decide('Dora');
  const report = { kind: 'done' as const };
  await t.mutation(internal.outbox.settle, { intentId: older._id, report });

  expect((await rowOf(t, 'ann')).nameEdit).toMatchObject({ state: 'pending', rev: 2 });
  expect(await intentsOf(t, 'queued')).toMatchObject([{ name: { firstName: 'Dora' }, rev: 2 }]);
});
