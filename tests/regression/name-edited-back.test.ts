import { expect, test } from 'vitest';
import { api, as, auditActions, deliver, internal, rowOf } from '../support/convex-world';
import { envelope, rawUser } from '../support/fake-clerk';
import { answered, bossAndAnn, parsed, takeUp } from '../support/hand-pushes';

/** Our name, Bea instead of Ann, is on its way to Clerk; `settle` = Clerk answered with that state. */
async function withNameUnderWay() {
  const { t } = await bossAndAnn();
  const ann = await rowOf(t, 'ann');
  const name = { userId: ann._id, firstName: 'Bea', lastName: 'Lee' };
  await as(t, 'boss').mutation(api.users.updateName, name);
  const push = await takeUp(t);
  const called = (first_name: string, updated_at: number) =>
    rawUser('ann', { first_name, updated_at, public_metadata: { role: 'staff' } });
  const settle = async (answer: Record<string, unknown>) => await answered(t, push, parsed(answer));
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
  return { t, at, called, former: parsed(former), pushed: parsed(pushed) };
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
  const { t, at, called } = await withTie();
  await deliver(t, envelope('user.updated', called('Ann', at + 1_000)));
  expect(await rowOf(t, 'ann')).toMatchObject({ firstName: 'Ann', name: 'Ann Lee' });
  expect(await auditActions(t)).toContain('name.changedInClerk');
});
