import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Id } from '../../convex/_generated/dataModel';
import { isActiveOwner } from '../../convex/model/lastOwner';
import { random } from '../support/random';
import { rawUser, type FakeClerk } from '../support/fake-clerk';
import {
  api,
  arrive,
  as,
  auditActions,
  auditEntries,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  deliverAll,
  disconnectWorld,
  drainOutbox,
  internal,
  rowOf,
  verifyAudit,
} from '../support/convex-world';

const hourMs = 3_600_000;
/** One more than the limit of so small an installation. */
const staff = Array.from({ length: 8 }, (_, i) => `staff${i}`);

let t: ConvexWorld;
let clerk: FakeClerk;
beforeEach(async () => {
  ({ t, clerk } = connectedWorld());
  for (const id of ['boss', 'second']) {
    clerk.create(rawUser(id, { public_metadata: { role: 'superadmin' } }));
  }
  for (const id of staff) clerk.create(rawUser(id));
  await deliverAll(t, clerk);
  // Whoever came with a role just now is fresh; these are not.
  vi.setSystemTime(Date.now() + 2 * hourMs);
});
afterEach(disconnectWorld);

async function editAll(ids: readonly string[], role: string): Promise<void> {
  for (const id of ids) clerk.edit(id, { role });
  await deliverAll(t, clerk);
}

async function theBrake() {
  const [brake, ...older] = await as(t, 'boss').query(api.brakes.list, {});
  if (brake === undefined || older.length > 0) throw new Error(`${older.length + 1} brakes`);
  return brake;
}

async function runJobs(): Promise<void> {
  for (let i = 0; i < 50; i++) {
    vi.advanceTimersByTime(0);
    await t.finishInProgressScheduledFunctions();
    const open = await t.run(async ({ db }) => await db.query('brakes').collect());
    if (open.every(({ state }) => !state.endsWith('ing'))) return;
  }
  throw new Error('a decision is not carried out');
}

async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await drainOutbox(t);
    await deliverAll(t, clerk);
    vi.setSystemTime(Date.now() + 10_000);
  }
}

const rolesOf = async (ids: readonly string[]) =>
  await Promise.all(ids.map(async (id) => (await rowOf(t, id)).role));
const confirm = async (by: string, brakeId: Id<'brakes'>) =>
  await as(t, by).mutation(api.brakes.confirm, { brakeId });

describe('pain 6: a mass change of roles in Clerk is braked', () => {
  test('the first five pass, the others are held with one alarm, and count nowhere', async () => {
    await editAll(staff, 'admin');
    expect(await rolesOf(staff)).toEqual([...Array(5).fill('admin'), ...Array(3).fill('staff')]);
    expect((await rowOf(t, 'staff7')).heldRole).toMatchObject({ role: 'admin' });
    expect(await theBrake()).toMatchObject({ state: 'open', limit: 5, held: 3, needed: 2 });
    const alarms = (await auditEntries(t)).filter(({ alarm }) => alarm);
    expect(alarms).toMatchObject([{ action: 'brake.opened', after: { limit: 5, people: 10 } }]);
    const { byRole } = await as(t, 'boss').query(api.users.stats, {});
    expect(byRole).toMatchObject({ admin: 5, staff: 3 });
    const held = await as(t, 'boss').query(api.brakes.held, {
      brakeId: (await theBrake())._id,
      paginationOpts: { numItems: 10, cursor: null },
    });
    expect(held.page.map(({ externalId }) => externalId)).toEqual(staff.slice(5));
    await verifyAudit(t);
  });

  test('the backfill goes through the same brake', async () => {
    for (const id of staff) clerk.edit(id, { role: 'admin' });
    clerk.events.length = 0;
    for (const id of staff) {
      const raw = clerk.users.get(id);
      if (raw === undefined) throw new Error('nobody');
      const user = {
        externalId: id,
        updatedAt: raw.updated_at,
        createdAt: raw.created_at,
        name: 'User',
        emailVerified: false,
        banned: false,
        role: 'admin',
      };
      await t.mutation(internal.users.upsertFromClerk, { user });
    }
    expect(await theBrake()).toMatchObject({ state: 'open', held: 3 });
  });

  test('five within an hour pass hour after hour, and one person counts once', async () => {
    for (let i = 0; i < 7; i++) await editAll(['staff0'], i % 2 ? 'staff' : 'admin');
    await editAll(staff.slice(1, 5), 'admin');
    vi.setSystemTime(Date.now() + hourMs + 600_000);
    await editAll(staff.slice(3, 8), 'superadmin');
    expect(await as(t, 'boss').query(api.brakes.list, {})).toEqual([]);
  });

  test('neither roles that new people come with nor echoes of our own pushes count', async () => {
    for (let i = 0; i < 10; i++) await arrive(t, `new${i}`, 'admin');
    for (let i = 0; i < 10; i++) {
      await as(t, `signup${i}`).mutation(api.users.store, {});
      clerk.create(rawUser(`signup${i}`, { public_metadata: { role: 'admin' } }));
    }
    await deliverAll(t, clerk);
    expect((await rowOf(t, 'signup9')).role).toBe('admin');
    for (const id of staff) {
      const { _id: userId } = await rowOf(t, id);
      await as(t, 'boss').mutation(api.users.updateRole, { userId, role: 'admin' });
    }
    await settle();
    expect(await rolesOf(staff)).toEqual(Array(8).fill('admin'));
    expect(await as(t, 'boss').query(api.brakes.list, {})).toEqual([]);
  });

  test('an edit back to ours, and a decision of ours, end the hold on that person', async () => {
    await editAll(staff, 'admin');
    await editAll(['staff5'], 'staff');
    expect((await rowOf(t, 'staff5')).heldRole).toBeUndefined();
    const { _id: userId } = await rowOf(t, 'staff6');
    await as(t, 'boss').mutation(api.users.updateRole, { userId, role: 'staff' });
    expect(await rowOf(t, 'staff6')).toMatchObject({ role: 'staff', push: { state: 'pending' } });
    expect(await theBrake()).toMatchObject({ held: 1 });
    await settle();
    expect(clerk.role('staff6')).toBe('staff');
    expect((await rowOf(t, 'staff6')).heldRole).toBeUndefined();
    clerk.delete('staff7');
    await deliverAll(t, clerk);
    expect(await theBrake()).toMatchObject({ held: 0 });
  });
});

describe('who lets a mass change through', () => {
  beforeEach(async () => await editAll(staff, 'admin'));

  test('two superadmins; the first alone changes nothing', async () => {
    const { _id } = await theBrake();
    expect(await confirm('boss', _id)).toMatchObject({
      state: 'open',
      refusal: 'SECOND_CONFIRMATION',
    });
    expect(await codeOf(confirm('boss', _id))).toBe('SECOND_CONFIRMATION');
    await runJobs();
    expect(await rolesOf(staff.slice(5))).toEqual(Array(3).fill('staff'));
    await confirm('second', _id);
    await runJobs();
    expect(await rolesOf(staff)).toEqual(Array(8).fill('admin'));
    expect(await theBrake()).toMatchObject({
      state: 'confirmed',
      held: 0,
      decidedBy: 'user:second',
    });
    expect(await codeOf(confirm('boss', _id))).toBe('BRAKE_SETTLED');
    // The count starts anew.
    await editAll(staff.slice(0, 5), 'staff');
    expect(await rolesOf(staff.slice(0, 5))).toEqual(Array(5).fill('staff'));
    await verifyAudit(t);
  });

  test('whoever confirmed first and lost the role since counts no more', async () => {
    const { _id } = await theBrake();
    await confirm('second', _id);
    const { _id: userId } = await rowOf(t, 'second');
    const { _id: third } = await rowOf(t, 'staff0');
    await as(t, 'boss').mutation(api.users.updateRole, { userId: third, role: 'superadmin' });
    await as(t, 'boss').mutation(api.users.updateRole, { userId, role: 'staff' });
    expect(await confirm('boss', _id)).toMatchObject({ state: 'open', needed: 2 });
    expect(await confirm('staff0', _id)).toMatchObject({ state: 'confirming' });
  });

  test('the only superadmin suffices; admins and staff may not', async () => {
    const { _id: userId } = await rowOf(t, 'second');
    await as(t, 'boss').mutation(api.users.updateRole, { userId, role: 'staff' });
    const { _id, needed } = await theBrake();
    expect(needed).toBe(1);
    expect(await codeOf(confirm('staff0', _id))).toBe('FORBIDDEN');
    expect(await codeOf(confirm('staff7', _id))).toBe('FORBIDDEN');
    expect(await confirm('boss', _id)).toMatchObject({ state: 'confirming' });
  });

  test('rejecting takes one, sends ours back to Clerk, and stops a script that still runs', async () => {
    const { _id } = await theBrake();
    await as(t, 'boss').mutation(api.brakes.reject, { brakeId: _id });
    await runJobs();
    await settle();
    expect(staff.map((id) => clerk.role(id))).toEqual([
      ...Array(5).fill('admin'),
      ...Array(3).fill('staff'),
    ]);
    expect(await theBrake()).toMatchObject({ state: 'rejected', held: 0 });
    await editAll(['staff7'], 'superadmin');
    expect((await rowOf(t, 'staff7')).role).toBe('staff');
    const [again] = await as(t, 'boss').query(api.brakes.list, {});
    expect(again).toMatchObject({ state: 'open', held: 1 });
    await verifyAudit(t);
  });

  test('an unrelated change of somebody who waits for the decision opens no second brake', async () => {
    const { _id: userId } = await rowOf(t, 'staff7');
    // With a revision of ours in Clerk every payload looks like an edit after us.
    await as(t, 'boss').mutation(api.users.updateRole, { userId, role: 'superadmin' });
    await settle();
    await editAll(['staff7'], 'admin');
    expect((await rowOf(t, 'staff7')).heldRole?.role).toBe('admin');
    await as(t, 'boss').mutation(api.brakes.reject, { brakeId: (await theBrake())._id });
    clerk.rename('staff7', 'Renamed');
    await deliverAll(t, clerk);
    expect(await theBrake()).toMatchObject({ state: 'rejecting', held: 3 });
    await runJobs();
    await settle();
    expect(clerk.role('staff7')).toBe('superadmin');
  });

  test('the operator alone suffices', async () => {
    const [brake] = await t.query(internal.brakes.listAll, {});
    await t.mutation(internal.brakes.decideByOperator, {
      brakeId: brake?._id ?? '',
      decision: 'confirm',
    });
    await runJobs();
    expect(await rolesOf(staff)).toEqual(Array(8).fill('admin'));
    const held = (await auditEntries(t)).find(({ action }) => action === 'brake.confirmed');
    expect(held).toMatchObject({ actor: 'cli', source: 'cli' });
    const nobody = { brakeId: 'nonsense', decision: 'reject' as const };
    expect(await codeOf(t.mutation(internal.brakes.decideByOperator, nobody))).toBe(
      'BRAKE_NOT_FOUND',
    );
  });
});

describe('rule 7 and rule 8 amid a mass change', () => {
  test('superadmins whom the same script appointed cannot confirm it, but reject it', async () => {
    await editAll(staff, 'superadmin');
    const { _id } = await theBrake();
    expect(await codeOf(confirm('staff0', _id))).toBe('FRESH_OWNER');
    const [seen] = await as(t, 'staff0').query(api.brakes.list, {});
    expect(seen).toMatchObject({ refusal: 'FRESH_OWNER', needed: 2 });
    expect(await as(t, 'staff0').mutation(api.brakes.reject, { brakeId: _id })).toMatchObject({
      state: 'rejecting',
    });
  });

  test('a superadmin whom the operator names is fresh to nobody', async () => {
    await editAll(staff, 'superadmin');
    vi.stubEnv('BOOTSTRAP_SUPERADMIN_EMAILS', 'staff0@rollcall.test');
    await confirm('boss', (await theBrake())._id);
    expect(await confirm('staff0', (await theBrake())._id)).toMatchObject({ state: 'confirming' });
  });

  test('a script that demotes superadmins leaves the last one, who undoes the rest', async () => {
    await editAll([...staff.slice(0, 4), 'boss'], 'admin');
    await editAll(['second', ...staff.slice(4)], 'admin');
    expect(await rowOf(t, 'second')).toMatchObject({ role: 'superadmin' });
    expect(await rolesOf(staff.slice(4))).toEqual(Array(4).fill('staff'));
    await as(t, 'second').mutation(api.brakes.reject, { brakeId: (await theBrake())._id });
    await runJobs();
    await settle();
    expect(clerk.role('second')).toBe('superadmin');
  });

  test('confirming asks rule 7 anew: the last superadmin stays, with an alarm', async () => {
    await editAll(staff.slice(0, 5), 'admin');
    await editAll(['boss', 'second'], 'staff');
    const { _id } = await theBrake();
    await confirm('boss', _id);
    await confirm('second', _id);
    await runJobs();
    const owners = await t.run(async ({ db }) =>
      (await db.query('users').collect()).filter(isActiveOwner),
    );
    expect(owners).toHaveLength(1);
    expect(await auditActions(t)).toContain('role.externalQuarantined');
    await settle();
    for (const { externalId } of owners) expect(clerk.role(externalId)).toBe('superadmin');
  });
});

describe('whatever happens around a brake', () => {
  test('counts fit, nobody is without a superadmin, and both sides agree in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        disconnectWorld();
        ({ t, clerk } = connectedWorld());
        expect(await play(random(seed))).toEqual([]);
      }),
      { numRuns: Number(process.env.BRAKE_SCHEDULES ?? 5) },
    );
  });
});

/**
 * Edits, decisions, pushes and deliveries in random order, with brakes decided either way. Returns
 * whose role differs in the end.
 */
async function play(chance: () => number): Promise<string[]> {
  const ids = Array.from({ length: 9 }, (_, i) => `p${i}`);
  for (const id of ids) {
    const role = id < 'p3' ? 'superadmin' : 'staff';
    clerk.create(rawUser(id, { public_metadata: { role } }));
  }
  await deliverAll(t, clerk);
  vi.setSystemTime(Date.now() + 2 * hourMs);
  const pick = <T>(all: readonly T[]) => all[Math.floor(chance() * all.length)] as T;
  for (let step = 0; step < 60; step++) {
    vi.setSystemTime(Date.now() + Math.floor(chance() * 300_000));
    const roll = chance();
    if (roll < 0.5) clerk.edit(pick(ids), { role: pick(['superadmin', 'admin', 'staff', 'czar']) });
    else if (roll < 0.75) await deliverAll(t, clerk);
    else if (roll < 0.85) await drainOutbox(t);
    else if (roll < 0.93) await decideSomething(pick(ids));
    else await endBrake(chance() < 0.5);
    await checkAlways();
  }
  await deliverAll(t, clerk);
  await endBrake(chance() < 0.5);
  for (let i = 0; i < 6; i++) {
    await settle();
    await endBrake(true);
  }
  await verifyAudit(t);
  const apart = await Promise.all(
    ids.map(async (id) => {
      const { heldRole, roleIssue, role } = await rowOf(t, id);
      const agrees = roleIssue !== undefined || (clerk.role(id) ?? 'staff') === role;
      return agrees && heldRole === undefined ? [] : [id];
    }),
  );
  return apart.flat();
}

async function decideSomething(id: string): Promise<void> {
  await codeOf(
    t.mutation(internal.admin.setRole, { idOrEmail: id, role: id > 'p5' ? 'staff' : 'admin' }),
  );
}

async function endBrake(yes: boolean): Promise<void> {
  const open = (await t.query(internal.brakes.listAll, {})).find(({ state }) => state === 'open');
  if (open === undefined) return;
  const decision = yes ? 'confirm' : 'reject';
  await t.mutation(internal.brakes.decideByOperator, { brakeId: open._id, decision });
  await runJobs();
}

async function checkAlways(): Promise<void> {
  const { rows, brakes } = await t.run(async ({ db }) => ({
    rows: await db.query('users').collect(),
    brakes: await db.query('brakes').collect(),
  }));
  expect(rows.some(isActiveOwner)).toBe(true);
  expect(brakes.filter(({ state }) => state === 'open').length).toBeLessThanOrEqual(1);
  for (const brake of brakes) {
    expect(rows.filter(({ heldRole }) => heldRole?.brakeId === brake._id)).toHaveLength(brake.held);
  }
}
