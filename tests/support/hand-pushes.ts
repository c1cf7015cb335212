import { onTestFinished } from 'vitest';
import type { Doc } from '../../convex/_generated/dataModel';
import { parseClerkUser } from '../../convex/model/clerkUser';
import {
  connectedWorld,
  type ConvexWorld,
  deliverAll,
  disconnectWorld,
  intentsOf,
  internal,
} from './convex-world';
import { type FakeClerk, rawUser } from './fake-clerk';

/*
 * Pushes carried by hand, for tests whose point is what arrives when: the answer of Clerk, its
 * webhook, an older push of ours, somebody's edit.
 */

export type HandWorld = ReturnType<typeof connectedWorld>;
type Intent = Doc<'roleIntents'>;

/** `boss`, a superadmin, and `ann`, of staff, here and in Clerk, until the test ends. */
export async function bossAndAnn(): Promise<HandWorld> {
  const world = connectedWorld();
  onTestFinished(disconnectWorld);
  const { t, clerk } = world;
  clerk.create(rawUser('boss', { public_metadata: { role: 'superadmin' } }));
  clerk.create(rawUser('ann', { public_metadata: { role: 'staff' } }));
  await deliverAll(t, clerk);
  return world;
}

/** Begins an attempt of the one push that waits, as the pool would; its request is not made. */
export async function takeUp(t: ConvexWorld): Promise<Intent> {
  const [intent, ...others] = await intentsOf(t, 'queued');
  if (intent === undefined || others.length > 0) {
    throw new Error(`${others.length + (intent ? 1 : 0)} pushes wait`);
  }
  const order = await t.mutation(internal.outbox.claim, { intentId: intent._id });
  if (order === null) throw new Error('the push may not begin');
  return intent;
}

/** Clerk's answer to a push: the person as it had them then. */
export async function answered(
  t: ConvexWorld,
  { _id: intentId }: Intent,
  user?: ReturnType<typeof parsed>,
): Promise<void> {
  await t.mutation(internal.outbox.settle, { intentId, report: { kind: 'done' }, user });
}

/** No answer came: the request may still land. */
export async function answerLost(t: ConvexWorld, { _id: intentId }: Intent): Promise<void> {
  const report = { kind: 'retry' as const, reason: 'no answer' };
  await t.mutation(internal.outbox.settle, { intentId, report });
}

/** The person as Clerk has them now. */
export function personIn(clerk: FakeClerk, id: string) {
  return parsed(clerk.users.get(id));
}

export function parsed(raw: unknown) {
  const user = parseClerkUser(raw);
  if (!user.ok) throw new Error(user.why);
  return user.user;
}
