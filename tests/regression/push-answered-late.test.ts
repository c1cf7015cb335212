import { expect, test, vi } from 'vitest';
import { api, as, type ConvexWorld, deliverAll, intentsOf, rowOf } from '../support/convex-world';
import { answered, answerLost, bossAndAnn, personIn, takeUp } from '../support/hand-pushes';

/*
 * Found by the simulation: our role reached Clerk, somebody edited it there at once, and the webhook
 * of that edit came before the answer to our push. The answer is the older news of the two.
 */

/** A role for Ann, taken up at once. */
async function decide(t: ConvexWorld, role: 'admin' | 'superadmin') {
  const { _id: userId } = await rowOf(t, 'ann');
  await as(t, 'boss').mutation(api.users.updateRole, { userId, role });
  return await takeUp(t);
}

/** Ann's role is pushed and edited in Clerk before the answer to the push is here. */
async function answeredLate(edit: string) {
  const { t, clerk } = await bossAndAnn();
  const push = await decide(t, 'admin');
  vi.advanceTimersByTime(1_000);
  clerk.edit('ann', { role: 'admin' }, { rollcall: { rev: push.rev, intent: push._id } });
  const pushed = personIn(clerk, 'ann');
  // The webhook of the push itself is late as well.
  clerk.events.splice(0);
  vi.advanceTimersByTime(1_000);
  clerk.edit('ann', { role: edit });
  await deliverAll(t, clerk);
  await answered(t, push, pushed);
  return { row: await rowOf(t, 'ann'), done: await intentsOf(t, 'done') };
}

test('and where an older push of ours landed in between, ours goes out again', async () => {
  const { t, clerk } = await bossAndAnn();
  const land = ({ _id, rev, role }: Awaited<ReturnType<typeof decide>>) => {
    vi.advanceTimersByTime(1_000);
    clerk.edit('ann', { role }, { rollcall: { rev, intent: _id } });
  };
  const lost = await decide(t, 'admin');
  await answerLost(t, lost);
  const newest = await decide(t, 'superadmin');
  land(newest);
  const answer = personIn(clerk, 'ann');
  clerk.events.splice(0);
  land(lost);
  await deliverAll(t, clerk);
  await answered(t, newest, answer);
  expect(await rowOf(t, 'ann')).toMatchObject({ role: 'superadmin', push: { state: 'pending' } });
  const again = await intentsOf(t, 'queued');
  expect(again).toMatchObject([{ role: 'superadmin' }]);
  expect(again[0]?.rev).toBeGreaterThan(newest.rev);
});

test('rule 6: a role that we do not know stays marked', async () => {
  const { row, done } = await answeredLate('czar');
  expect(row).toMatchObject({ role: 'admin', push: { state: 'synced' }, clerk: { role: 'czar' } });
  expect(row.roleIssue).toMatchObject({ raw: 'czar' });
  expect(done).toHaveLength(1);
});

test.each(['staff', 'superadmin'] as const)('and %s, which we know, stays ours', async (role) => {
  const { row } = await answeredLate(role);
  expect(row).toMatchObject({ role, push: { state: 'synced' }, clerk: { role } });
  expect(row.roleIssue).toBeUndefined();
});
