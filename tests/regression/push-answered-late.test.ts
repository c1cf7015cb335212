import { afterEach, expect, test, vi } from 'vitest';
import { parseClerkUser } from '../../convex/model/clerkUser';
import {
  api,
  as,
  connectedWorld,
  deliverAll,
  disconnectWorld,
  intentsOf,
  internal,
  rowOf,
} from '../support/convex-world';
import { rawUser } from '../support/fake-clerk';

/*
 * Found by the simulation: our role reached Clerk, somebody edited it there at once, and the webhook
 * of that edit came before the answer to our push. The answer is the older news of the two.
 */

afterEach(disconnectWorld);

/** Ann's role is pushed and edited in Clerk before the answer to the push is here. */
async function answeredLate(edit: string) {
  const { t, clerk } = connectedWorld();
  clerk.create(rawUser('boss', { public_metadata: { role: 'superadmin' } }));
  clerk.create(rawUser('ann', { public_metadata: { role: 'staff' } }));
  await deliverAll(t, clerk);
  const { _id: userId } = await rowOf(t, 'ann');
  await as(t, 'boss').mutation(api.users.updateRole, { userId, role: 'admin' });
  const [intent] = await intentsOf(t, 'queued');
  if (intent === undefined) throw new Error('nothing is on its way');
  const { _id: intentId, rev } = intent;
  await t.mutation(internal.outbox.claim, { intentId });
  vi.advanceTimersByTime(1_000);
  clerk.edit('ann', { role: 'admin' }, { rollcall: { rev, intent: intentId } });
  const pushed = parseClerkUser(clerk.users.get('ann'));
  if (!pushed.ok) throw new Error('Clerk has no such person');
  // The webhook of the push itself is late as well.
  clerk.events.splice(0);
  vi.advanceTimersByTime(1_000);
  clerk.edit('ann', { role: edit });
  await deliverAll(t, clerk);
  const settled = { intentId, report: { kind: 'done' as const }, user: pushed.user };
  await t.mutation(internal.outbox.settle, settled);
  return { row: await rowOf(t, 'ann'), done: await intentsOf(t, 'done') };
}

test('and where an older push of ours landed in between, ours goes out again', async () => {
  const { t, clerk } = connectedWorld();
  clerk.create(rawUser('boss', { public_metadata: { role: 'superadmin' } }));
  clerk.create(rawUser('ann', { public_metadata: { role: 'staff' } }));
  await deliverAll(t, clerk);
  const { _id: userId } = await rowOf(t, 'ann');
  const decide = async (role: 'admin' | 'superadmin') => {
    await as(t, 'boss').mutation(api.users.updateRole, { userId, role });
    const [intent] = await intentsOf(t, 'queued');
    if (intent === undefined) throw new Error('nothing is on its way');
    await t.mutation(internal.outbox.claim, { intentId: intent._id });
    return intent;
  };
  const land = ({ _id, rev, role }: Awaited<ReturnType<typeof decide>>) => {
    vi.advanceTimersByTime(1_000);
    clerk.edit('ann', { role }, { rollcall: { rev, intent: _id } });
  };
  const lost = await decide('admin');
  const report = { kind: 'retry' as const, reason: 'no answer' };
  await t.mutation(internal.outbox.settle, { intentId: lost._id, report });
  const newest = await decide('superadmin');
  land(newest);
  const answer = parseClerkUser(clerk.users.get('ann'));
  if (!answer.ok) throw new Error('Clerk has no such person');
  clerk.events.splice(0);
  land(lost);
  await deliverAll(t, clerk);
  const settled = { intentId: newest._id, report: { kind: 'done' as const }, user: answer.user };
  await t.mutation(internal.outbox.settle, settled);
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
