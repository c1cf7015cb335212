import { massChangeLimit } from '../../src/shared/mass-change';
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { appendAudit, type Cause } from './auditLog';
import { readCounts } from './counters';
import { roleBrakeSlotMs, roleBrakeWindowMs } from './limits';
import type { UserRow } from './userRows';

export type Brake = Doc<'brakes'>;
type Slots = Doc<'roleBrake'>['slots'];

/*
 * The brake on mass role changes from Clerk (design section 5).
 *
 * Counted are people whose role an edit in Clerk changed within the window. One change more than
 * `massChangeLimit` opens a brake: from then on such changes are kept on their rows as `heldRole`,
 * without counting, until superadmins confirm or reject them. Never counted: echoes of our own
 * pushes, the roles that new people come with, and a person a second time.
 */

export type BrakeVerdict = { kind: 'pass'; slot?: number } | { kind: 'hold'; id: Id<'brakes'> };

/** Counts one person's role change made in Clerk, or says which brake holds it. */
export async function passBrake(
  ctx: MutationCtx,
  row: UserRow,
  cause: Cause,
): Promise<BrakeVerdict> {
  const known = await ctx.db.query('roleBrake').unique();
  if (known?.openBrake !== undefined) return { kind: 'hold', id: known.openBrake };
  const { now } = cause;
  // The payload that completes a row made at sign-in brings the role a new person comes with.
  if (row.clerk.updatedAt === 0) return { kind: 'pass' };
  const counted = countPerson(known?.slots ?? [], row.externalRoleSlot, now);
  const people = (await readCounts(ctx)).total;
  const limit = massChangeLimit(people);
  if (peopleIn(counted) > limit) {
    return { kind: 'hold', id: await open(ctx, known, { limit, people }, cause) };
  }
  if (known === null) await ctx.db.insert('roleBrake', { slots: counted });
  else await ctx.db.patch('roleBrake', known._id, { slots: counted });
  return { kind: 'pass', slot: counted.at(-1)?.at };
}

/**
 * The slots that reach into the window, with one person in the newest: moved there from the slot in
 * which they were counted before, so that nobody counts twice. Pure.
 */
export function countPerson(slots: Slots, countedIn: number | undefined, now: number): Slots {
  const recent = slots
    .filter(({ at }) => at > now - roleBrakeWindowMs - roleBrakeSlotMs)
    .map((slot) => (slot.at === countedIn ? { ...slot, people: slot.people - 1 } : slot));
  const newest = recent.at(-1);
  const counted =
    newest !== undefined && now < newest.at + roleBrakeSlotMs
      ? [...recent.slice(0, -1), { at: newest.at, people: newest.people + 1 }]
      : [...recent, { at: now, people: 1 }];
  return counted.filter(({ people }) => people > 0);
}

export function peopleIn(slots: Slots): number {
  return slots.reduce((sum, { people }) => sum + people, 0);
}

async function open(
  ctx: MutationCtx,
  known: Doc<'roleBrake'> | null,
  { limit, people }: { limit: number; people: number },
  cause: Cause,
): Promise<Id<'brakes'>> {
  const id = await ctx.db.insert('brakes', {
    state: 'open',
    openedAt: cause.now,
    limit,
    people,
    windowMs: roleBrakeWindowMs,
    held: 0,
    confirmations: [],
  });
  if (known === null) await ctx.db.insert('roleBrake', { slots: [], openBrake: id });
  else await ctx.db.patch('roleBrake', known._id, { openBrake: id });
  await appendAudit(ctx, cause, {
    action: 'brake.opened',
    target: `brake:${id}`,
    after: { limit, people, windowMs: roleBrakeWindowMs },
    alarm: true,
  });
  return id;
}

/**
 * Lets role changes from Clerk through again. After a confirmation the count starts anew; after a
 * rejection it goes on, so that a script still running is stopped at its next change.
 */
export async function release(ctx: MutationCtx, { countAnew }: { countAnew: boolean }) {
  const known = await ctx.db.query('roleBrake').unique();
  if (known === null) return;
  const slots = countAnew ? [] : known.slots;
  await ctx.db.patch('roleBrake', known._id, { openBrake: undefined, slots });
}

/** Keeps `brakes.held` in step with the rows; called for every change of a row. */
export async function countHeld(ctx: MutationCtx, before: UserRow, after: UserRow): Promise<void> {
  const [from, to] = [before.heldRole?.brakeId, after.heldRole?.brakeId];
  if (from === to) return;
  if (from !== undefined) await addHeld(ctx, from, -1);
  if (to !== undefined) await addHeld(ctx, to, 1);
}

async function addHeld(ctx: MutationCtx, id: Id<'brakes'>, by: number): Promise<void> {
  const brake = await ctx.db.get('brakes', id);
  if (brake !== null) await ctx.db.patch('brakes', id, { held: brake.held + by });
}

export async function heldBy(
  ctx: Pick<QueryCtx, 'db'>,
  brakeId: Id<'brakes'>,
  limit: number,
): Promise<UserRow[]> {
  return await ctx.db
    .query('users')
    .withIndex('byBrake', (q) => q.eq('heldRole.brakeId', brakeId))
    .take(limit);
}
