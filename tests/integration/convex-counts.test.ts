import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cellOf, type Cells, summarise, withChanges } from '../../convex/model/countCells';
import { countTogether } from '../../convex/model/counters';
import { recountBatch } from '../../convex/model/limits';
import { insertUser, type NewUser, patchUser } from '../../convex/model/userRows';
import { roleNames } from '../../src/shared/roles';
import {
  arrive,
  auditEntries,
  changeRow,
  connectedWorld,
  type ConvexWorld,
  disconnectWorld,
  internal,
  startTime,
} from '../support/convex-world';
import { random } from '../support/random';

let t: ConvexWorld;
beforeEach(() => ({ t } = connectedWorld()));
afterEach(disconnectWorld);

function person(i: number, fields: Partial<NewUser> = {}): NewUser {
  return {
    externalId: `user_${i}`,
    name: `Person ${i}`,
    role: roleNames[i % roleNames.length] ?? 'staff',
    isActive: i % 5 !== 0,
    createdAt: startTime,
    updatedAt: startTime,
    clerk: { updatedAt: 1 },
    roleRev: 0,
    roleSource: 'default',
    roleDecidedAt: 0,
    push: { state: i % 7 === 0 ? 'pending' : 'synced' },
    ...fields,
  };
}

async function counted() {
  return (await t.query(internal.admin.status, {})).counts;
}

/** What a count of the rows themselves says. */
async function recounted() {
  const rows = await t.run(async (ctx) => await ctx.db.query('users').collect());
  return summarise(
    withChanges(
      {},
      rows.map((row) => ({ cell: cellOf(row), by: 1 })),
    ),
  );
}

/** An installation from before the counts were one document. */
async function forgetCounts(): Promise<void> {
  await t.run(async (ctx) => {
    const row = await ctx.db.query('peopleCounts').unique();
    if (row !== null) await ctx.db.delete('peopleCounts', row._id);
  });
}

async function countsRow() {
  return await t.run(async (ctx) => await ctx.db.query('peopleCounts').unique());
}

async function addPeople(from: number, to: number): Promise<void> {
  await t.run(async (ctx) => {
    await countTogether(ctx, async () => {
      for (let i = from; i < to; i++) await insertUser(ctx, person(i));
    });
  });
}

describe('C7: numbers of people are right after every change, without counting rows', () => {
  test('from the first person on', async () => {
    await arrive(t, 'ann', 'admin');
    expect(await counted()).toEqual(await recounted());
    expect((await counted()).byRole.admin).toBe(1);
  });

  test('after changes that one transaction makes side by side', async () => {
    await t.run(async (ctx) => {
      const rows = await Promise.all([1, 2, 3, 4].map((i) => insertUser(ctx, person(i))));
      await Promise.all(rows.map((row) => patchUser(ctx, row, { role: 'admin', isActive: false })));
    });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await counted()).toEqual(await recounted());
  });

  test('after a transaction that writes them once for many people', async () => {
    await arrive(t, 'boss', 'superadmin');
    await t.run(async (ctx) => {
      await countTogether(ctx, async () => {
        for (let i = 0; i < 40; i++) {
          const row = await insertUser(ctx, person(i));
          if (i % 3 === 0) await patchUser(ctx, row, { deletedAt: 1, isActive: false });
        }
      });
    });
    expect((await counted()).total).toBe(27);
    expect(await counted()).toEqual(await recounted());
  });

  test('after a bulk write that failed half-way and was caught', async () => {
    await arrive(t, 'boss', 'superadmin');
    await t.run(async (ctx) => {
      const attempt = countTogether(ctx, async () => {
        await insertUser(ctx, person(1));
        throw new Error('the second one is broken');
      });
      await expect(attempt).rejects.toThrow('the second one is broken');
    });
    expect((await counted()).total).toBe(2);
    expect(await counted()).toEqual(await recounted());
  });
});

describe('An installation whose people were there before the counts', () => {
  const people = 2 * recountBatch + 40;

  test('is counted in bounded steps by a job that its first change starts', async () => {
    await addPeople(0, people);
    await forgetCounts();
    await changeRow(t, 'user_3', { role: 'admin' });
    expect(await countsRow()).toMatchObject({ recount: { rows: 0 } });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await countsRow()).toMatchObject({ checked: { rows: people, drift: 0 } });
    expect(await counted()).toEqual(await recounted());
  });

  test('is counted by a job that runs every minute, which then has nothing to do', async () => {
    await addPeople(0, 3);
    await forgetCounts();
    await t.action(internal.maintenance.watchCounts, {});
    const first = await countsRow();
    expect(first).toMatchObject({ checked: { rows: 3, drift: 0 } });
    expect(await counted()).toEqual(await recounted());
    vi.setSystemTime(Date.now() + 61_000);
    await t.action(internal.maintenance.watchCounts, {});
    expect(await countsRow()).toEqual(first);
    expect(await t.mutation(internal.maintenance.buildCounts, {})).toBeNull();
    const schedules = await t.query(internal.adminSync.schedules, {});
    expect(schedules.find(({ name }) => name === 'count people not counted yet')).toMatchObject({
      lastRunAt: Date.now(),
      outcome: 'ok',
    });
  });

  test('has no job to run while nobody is there', async () => {
    expect(await t.mutation(internal.maintenance.buildCounts, {})).toBeNull();
    expect(await countsRow()).toBeNull();
  });

  test('takes up a recount whose next step was lost', async () => {
    await addPeople(0, people);
    await forgetCounts();
    await t.mutation(internal.maintenance.recountPeople, { restart: true });
    expect(await t.mutation(internal.maintenance.buildCounts, {})).toBeNull();
    vi.setSystemTime(Date.now() + 61_000);
    expect(await t.mutation(internal.maintenance.buildCounts, {})).toMatchObject({
      rows: 2 * recountBatch,
    });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await counted()).toEqual(await recounted());
  });
});

describe('The integrity check of the counts (E8)', () => {
  async function recount(between: () => Promise<void> = async () => {}) {
    let step = await t.mutation(internal.maintenance.recountPeople, { restart: true });
    while (!step.isDone) {
      await between();
      step = await t.mutation(internal.maintenance.recountPeople, { restart: false });
    }
    return step;
  }

  test('is exact while people come and change before, at and behind its place', async () => {
    await addPeople(0, 2 * recountBatch);
    const chance = random(7);
    let next = 5_000;
    const step = await recount(async () => {
      await addPeople(next, next + 3);
      next += 3;
      for (let i = 0; i < 30; i++) {
        const id = `user_${Math.floor(chance() * 2 * recountBatch)}`;
        const role = roleNames[Math.floor(chance() * roleNames.length)] ?? 'staff';
        await changeRow(t, id, { role, isActive: chance() < 0.5 });
      }
    });
    expect(step).toEqual({ isDone: true, rows: 2 * recountBatch + next - 5_000, drift: 0 });
    expect(await counted()).toEqual(await recounted());
    expect((await auditEntries(t)).map(({ action }) => action)).not.toContain('counts.corrected');
  });

  test('puts wrong counts right and raises an alarm', async () => {
    await addPeople(0, 20);
    await t.run(async (ctx) => {
      const row = await ctx.db.query('peopleCounts').unique();
      const cells: Cells = { ...row?.cells, 'active/staff/synced': 1_000 };
      if (row !== null) await ctx.db.patch('peopleCounts', row._id, { cells });
    });
    const step = await recount();
    expect(step).toMatchObject({ isDone: true, rows: 20 });
    expect(step.isDone && step.drift).toBeGreaterThan(900);
    expect(await counted()).toEqual(await recounted());
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      action: 'counts.corrected',
      alarm: true,
      actor: 'system',
    });
    expect(await recount()).toMatchObject({ drift: 0 });
  });
});
