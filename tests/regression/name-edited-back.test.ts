import { afterEach, expect, test } from 'vitest';
import { parseClerkUser } from '../../convex/model/clerkUser';
import {
  api,
  arrive,
  as,
  auditActions,
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
 * Found by the simulation (seed 1012017): our name reached Clerk, somebody there edited it back at
 * once, and the webhook of that edit came before the answer to our push. It read as old news, and
 * the two sides differed for good.
 */
test('a name edited back in Clerk while our push is answered is taken over', async () => {
  const { t } = connectedWorld();
  await arrive(t, 'boss', 'superadmin');
  const ann = await arrive(t, 'ann', 'staff');
  const name = { userId: ann._id, firstName: 'Bea', lastName: 'Lee' };
  await as(t, 'boss').mutation(api.users.updateName, name);
  const [intent] = await intentsOf(t, 'queued');
  if (intent === undefined) throw new Error('no name is on its way');
  await t.mutation(internal.outbox.claim, { intentId: intent._id });

  const at = ann.clerk.updatedAt;
  const answer = parseClerkUser(rawUser('ann', { first_name: 'Bea', updated_at: at + 1_000 }));
  if (!answer.ok) throw new Error(answer.why);
  const editedBack = rawUser('ann', { first_name: 'Ann', updated_at: at + 2_000 });
  await deliver(t, envelope('user.updated', editedBack));
  const report = { kind: 'done' as const };
  await t.mutation(internal.outbox.settle, { intentId: intent._id, report, user: answer.user });

  expect(await rowOf(t, 'ann')).toMatchObject({ firstName: 'Ann', name: 'Ann Lee' });
  expect(await auditActions(t)).toContain('name.changedInClerk');
});
