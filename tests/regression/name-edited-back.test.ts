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

function parsed(raw: Record<string, unknown>) {
  const user = parseClerkUser(raw);
  if (!user.ok) throw new Error(user.why);
  return user.user;
}

/** Our name, Bea instead of Ann, is on its way to Clerk; `settle` = Clerk answered with that state. */
async function withNameUnderWay() {
  const { t } = connectedWorld();
  await arrive(t, 'boss', 'superadmin');
  const ann = await arrive(t, 'ann', 'staff');
  const name = { userId: ann._id, firstName: 'Bea', lastName: 'Lee' };
  await as(t, 'boss').mutation(api.users.updateName, name);
  const [intent] = await intentsOf(t, 'queued');
  if (intent === undefined) throw new Error('no name is on its way');
  const { _id: intentId } = intent;
  await t.mutation(internal.outbox.claim, { intentId });
  const called = (first_name: string, updated_at: number) =>
    rawUser('ann', { first_name, updated_at });
  const settle = async (answer: Record<string, unknown>) =>
    await t.mutation(internal.outbox.settle, {
      intentId,
      report: { kind: 'done' },
      user: parsed(answer),
    });
  return { t, at: ann.clerk.updatedAt + 1_000, called, settle };
}

/**
 * Our name reached Clerk in the very instant of a state that came by webhook before the answer to our
 * push, and says the former name: a tie, about which Clerk is asked.
 */
async function withTie() {
  const { t, at, called, settle } = await withNameUnderWay();
  const [former, pushed] = [called('Ann', at), called('Bea', at)];
  await deliver(t, envelope('user.updated', former));
  await settle(pushed);
  const { clerk } = await rowOf(t, 'ann');
  expect(clerk.refetch).toBe(1);
  return { t, at, former: parsed(former), pushed: parsed(pushed) };
}

/**
 * Found by the simulation (seed 1012017): our name reached Clerk, somebody there edited it back at
 * once, and the webhook of that edit came before the answer to our push. It read as old news, and
 * the two sides differed for good.
 */
test('a name edited back in Clerk while our push is answered is taken over', async () => {
  const { t, at, called, settle } = await withNameUnderWay();
  await deliver(t, envelope('user.updated', called('Ann', at + 1_000)));
  await settle(called('Bea', at));
  expect(await rowOf(t, 'ann')).toMatchObject({ firstName: 'Ann', name: 'Ann Lee' });
  expect(await auditActions(t)).toContain('name.changedInClerk');
});

/** The row kept a name that Clerk had no more: what Clerk answers is what the row knew of it. */
test('a name edited back in the very instant of our push is taken over once Clerk was asked', async () => {
  const { t, former } = await withTie();
  await t.mutation(internal.clerk.applyFetched, { user: former, ask: 1 });
  expect(await rowOf(t, 'ann')).toMatchObject({ firstName: 'Ann', name: 'Ann Lee' });
  expect(await auditActions(t)).toContain('name.changedInClerk');
});

test('where Clerk says our name in such a tie, it stays', async () => {
  const { t, pushed } = await withTie();
  await t.mutation(internal.clerk.applyFetched, { user: pushed, ask: 1 });
  expect(await rowOf(t, 'ann')).toMatchObject({ firstName: 'Bea', name: 'Bea Lee' });
  expect(await auditActions(t)).not.toContain('name.changedInClerk');
});

/** Found by the simulation (seed 700043138): it read as old news, and the two sides differed for good. */
test('a name edited back after such a tie is taken over, whether or not Clerk was asked', async () => {
  const { t, at } = await withTie();
  const editedBack = rawUser('ann', { first_name: 'Ann', updated_at: at + 1_000 });
  await deliver(t, envelope('user.updated', editedBack));
  expect(await rowOf(t, 'ann')).toMatchObject({ firstName: 'Ann', name: 'Ann Lee' });
  expect(await auditActions(t)).toContain('name.changedInClerk');
});
