import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api, internal } from '../../convex/_generated/api';
import type { Doc, Id } from '../../convex/_generated/dataModel';
import { bulkBatch } from '../../convex/model/limits';
import {
  arrive,
  as,
  auditEntries,
  changeRow,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  disconnectWorld,
  intentsOf,
  rowOf,
  verifyAudit,
} from '../support/convex-world';

let t: ConvexWorld;
beforeEach(async () => {
  ({ t } = connectedWorld());
  await arrive(t, 'boss', 'superadmin');
});
afterEach(disconnectWorld);

type Start = Parameters<typeof begin>[1];

async function begin(
  who: string,
  args: {
    action: { kind: 'role'; role: 'admin' | 'staff' } | { kind: 'deactivate' | 'reactivate' };
    selection:
      | { kind: 'ids'; ids: Id<'users'>[] }
      | { kind: 'filter'; filter: object; except: Id<'users'>[] };
  },
) {
  return await as(t, who).mutation(api.bulk.start, args);
}

async function job(jobId: Id<'bulkJobs'>): Promise<Doc<'bulkJobs'>> {
  const row = await t.run(async (ctx) => await ctx.db.get('bulkJobs', jobId));
  if (row === null) throw new Error('the job is gone');
  return row;
}

/** The scheduled steps, one by one, in place of the scheduler. */
async function finish(jobId: Id<'bulkJobs'>): Promise<Doc<'bulkJobs'>> {
  for (let steps = 0; steps < 50; steps++) {
    const at = await job(jobId);
    if (at.finishedAt !== undefined) return at;
    await t.mutation(internal.bulk.step, { jobId });
  }
  throw new Error('the job does not end');
}

async function run(who: string, args: Start) {
  const jobId = await begin(who, args);
  return await finish(jobId);
}

async function outcomes(jobId: Id<'bulkJobs'>) {
  const { page } = await as(t, 'boss').query(api.bulk.results, {
    jobId,
    paginationOpts: { numItems: 100, cursor: null },
  });
  return Object.fromEntries(page.map(({ user, outcome, code }) => [user?.email, code ?? outcome]));
}

async function crowd(count: number, role?: 'admin' | 'staff'): Promise<Doc<'users'>[]> {
  const rows: Doc<'users'>[] = [];
  for (let n = 0; n < count; n++) rows.push(await arrive(t, `${role ?? 'p'}${n}`, role));
  return rows;
}

describe('C1: many people at once', () => {
  test('each named person gets the role, an intent and an audit entry of their own', async () => {
    const people = await crowd(3);
    const ids = people.map(({ _id }) => _id);
    const done = await run('boss', {
      action: { kind: 'role', role: 'admin' },
      selection: { kind: 'ids', ids: [...ids, ...ids] },
    });
    expect(done).toMatchObject({ status: 'completed', total: 3, changed: 3, refused: 0 });
    for (const { externalId } of people) {
      expect(await rowOf(t, externalId)).toMatchObject({
        role: 'admin',
        roleSource: 'console',
        push: { state: 'pending' },
      });
    }
    expect(await intentsOf(t, 'queued')).toHaveLength(3);
    const changes = (await auditEntries(t)).filter(({ action }) => action === 'role.changed');
    expect(changes).toHaveLength(3);
    for (const entry of changes) {
      expect(entry).toMatchObject({ actor: 'user:boss', correlationId: `bulk:${done._id}` });
    }
    await verifyAudit(t);
  });

  test('a filter takes everybody it shows but those left out, over several steps', async () => {
    const people = await crowd(bulkBatch * 2 + 3);
    const [first] = people;
    if (first === undefined) throw new Error('nobody');
    const done = await run('boss', {
      action: { kind: 'deactivate' },
      selection: { kind: 'filter', filter: { role: 'staff' }, except: [first._id] },
    });
    expect(done).toMatchObject({ status: 'completed', changed: people.length - 1 });
    expect((await rowOf(t, first.externalId)).isActive).toBe(true);
    // Rule 9 for each of them: cut off here, and Clerk is told.
    expect(await intentsOf(t, 'queued')).toHaveLength(people.length - 1);
    const back = await run('boss', {
      action: { kind: 'reactivate' },
      selection: { kind: 'filter', filter: { state: 'deactivated' }, except: [] },
    });
    expect(back).toMatchObject({ changed: people.length - 1 });
  });

  test('a search takes whom it finds and nobody else', async () => {
    await crowd(5);
    const target = await rowOf(t, 'p3');
    const done = await run('boss', {
      action: { kind: 'role', role: 'admin' },
      selection: { kind: 'filter', filter: { search: target.email ?? '' }, except: [] },
    });
    expect(done).toMatchObject({ total: 1, changed: 1 });
    expect((await rowOf(t, 'p3')).role).toBe('admin');
  });
});

describe('the rules of single changes hold for each person', () => {
  test('an admin deactivates staff only; the others are refused by name, none silently', async () => {
    const [staff] = await crowd(1);
    const [admin] = await crowd(1, 'admin');
    const caller = await arrive(t, 'caller', 'admin');
    if (!staff || !admin) throw new Error('nobody');
    const done = await run('caller', {
      action: { kind: 'deactivate' },
      selection: { kind: 'ids', ids: [staff._id, admin._id, caller._id] },
    });
    expect(done).toMatchObject({ changed: 1, refused: 2 });
    expect(await outcomes(done._id)).toEqual({
      [staff.email ?? '']: 'changed',
      [admin.email ?? '']: 'FORBIDDEN',
      [caller.email ?? '']: 'SELF_CHANGE',
    });
  });

  test('rule 7: two superadmins who demote each other in bulk leave one of them', async () => {
    await arrive(t, 'second', 'superadmin');
    const everybody = { kind: 'filter' as const, filter: { role: 'superadmin' }, except: [] };
    const toStaff = { kind: 'role' as const, role: 'staff' as const };
    const [one, other] = [
      await begin('boss', { action: toStaff, selection: everybody }),
      await begin('second', { action: toStaff, selection: everybody }),
    ];
    await t.mutation(internal.bulk.step, { jobId: one });
    await t.mutation(internal.bulk.step, { jobId: other });
    await finish(one);
    const ended = await finish(other);
    const owners = await t.run(
      async (ctx) =>
        await ctx.db
          .query('users')
          .withIndex('byName', (q) => q.eq('state', 'active').eq('role', 'superadmin'))
          .collect(),
    );
    expect(owners).toHaveLength(1);
    // The one who was demoted meanwhile may change nobody any more.
    expect(await outcomes(ended._id)).toMatchObject({ 'boss@rollcall.test': 'FORBIDDEN' });
  });

  test('the deleted are refused, those who have it already count as unchanged', async () => {
    const [gone, same] = await crowd(2);
    if (!gone || !same) throw new Error('nobody');
    await changeRow(t, gone.externalId, { isActive: false, deletedAt: 1 });
    const done = await run('boss', {
      action: { kind: 'role', role: 'staff' },
      selection: { kind: 'ids', ids: [gone._id, same._id] },
    });
    expect(done).toMatchObject({ changed: 0, unchanged: 1, refused: 1 });
  });

  test('who loses access while the job runs changes nobody any more', async () => {
    await arrive(t, 'second', 'superadmin');
    await crowd(bulkBatch + 5);
    const jobId = await begin('second', {
      action: { kind: 'deactivate' },
      selection: { kind: 'filter', filter: { role: 'staff' }, except: [] },
    });
    await t.mutation(internal.bulk.step, { jobId });
    await t.mutation(internal.bulk.step, { jobId });
    await changeRow(t, 'second', { isActive: false });
    const ended = await finish(jobId);
    expect(ended).toMatchObject({
      status: 'failed',
      failure: 'ACCOUNT_INACTIVE',
      changed: bulkBatch,
    });
  });
});

describe('a job', () => {
  async function half(): Promise<Id<'bulkJobs'>> {
    await crowd(bulkBatch + 5);
    const jobId = await begin('boss', {
      action: { kind: 'role', role: 'admin' },
      selection: { kind: 'filter', filter: { role: 'staff' }, except: [] },
    });
    await t.mutation(internal.bulk.step, { jobId });
    await t.mutation(internal.bulk.step, { jobId });
    return jobId;
  }

  test('is cancelled between two steps; what it changed stays, and cancelling twice is refused', async () => {
    const jobId = await half();
    const cancelled = await as(t, 'boss').mutation(api.bulk.cancel, { jobId });
    expect(cancelled).toMatchObject({ status: 'cancelled', changed: bulkBatch });
    await t.mutation(internal.bulk.step, { jobId });
    expect(await job(jobId)).toMatchObject({ changed: bulkBatch });
    expect(await codeOf(as(t, 'boss').mutation(api.bulk.cancel, { jobId }))).toBe('BULK_FINISHED');
    const actions = (await auditEntries(t)).map(({ action }) => action);
    expect(actions.filter((action) => action.startsWith('bulk.'))).toEqual([
      'bulk.started',
      'bulk.cancelled',
    ]);
  });

  test('is one at a time per person', async () => {
    await half();
    const again = begin('boss', {
      action: { kind: 'deactivate' },
      selection: { kind: 'filter', filter: {}, except: [] },
    });
    expect(await codeOf(again)).toBe('BULK_RUNNING');
  });

  test('goes on after its step was lost, and is forgotten with its results in the end', async () => {
    const jobId = await half();
    vi.setSystemTime(Date.now() + 3 * 60_000);
    expect(await t.mutation(internal.bulk.watch, {})).toBe(1);
    expect(await finish(jobId)).toMatchObject({ status: 'completed', changed: bulkBatch + 5 });
    vi.setSystemTime(Date.now() + 31 * 24 * 3_600_000);
    expect(await t.mutation(internal.maintenance.pruneBulkJobs, {})).toBe(bulkBatch + 5);
    expect(await t.run(async (ctx) => await ctx.db.query('bulkResults').collect())).toEqual([]);
    expect(await t.run(async (ctx) => await ctx.db.get('bulkJobs', jobId))).toBeNull();
  });

  test('names nobody: too many ids, and none, are refused before anything happens', async () => {
    const boss = await rowOf(t, 'boss');
    for (const ids of [[], Array.from({ length: 1_001 }, () => boss._id)]) {
      const attempt = begin('boss', {
        action: { kind: 'deactivate' },
        selection: { kind: 'ids', ids },
      });
      expect(await codeOf(attempt)).toBe('INVALID_INPUT');
    }
  });
});

describe('taking a bulk change back', () => {
  const undo = async (who: string, jobId: Id<'bulkJobs'>) =>
    await as(t, who).mutation(api.bulk.undo, { jobId });

  /** Two staff and two admins, all made staff by `boss`. */
  async function allStaff() {
    const people = [...(await crowd(2)), ...(await crowd(2, 'admin'))];
    const done = await run('boss', {
      action: { kind: 'role', role: 'staff' },
      selection: { kind: 'ids', ids: people.map(({ _id }) => _id) },
    });
    expect(done).toMatchObject({ changed: 2, unchanged: 2 });
    return done;
  }

  test('each one changed gets the former role, pushed and audited; the others are not touched', async () => {
    const before = await crowd(bulkBatch + 3, 'admin');
    const done = await run('boss', {
      action: { kind: 'role', role: 'staff' },
      selection: { kind: 'filter', filter: { role: 'admin' }, except: [] },
    });
    const bystander = await arrive(t, 'bystander', 'admin');
    const back = await finish(await undo('boss', done._id));
    expect(back).toMatchObject({ total: before.length, changed: before.length, refused: 0 });
    for (const { externalId, roleRev } of before) {
      expect(await rowOf(t, externalId)).toMatchObject({
        role: 'admin',
        roleRev: roleRev + 2,
        push: { state: 'pending' },
      });
    }
    expect(await rowOf(t, 'bystander')).toMatchObject({ roleRev: bystander.roleRev });
    const entries = (await auditEntries(t)).filter(
      ({ correlationId, action }) =>
        correlationId === `bulk:${back._id}` && action === 'role.changed',
    );
    expect(entries).toHaveLength(before.length);
    await verifyAudit(t);
  });

  test('whoever was decided about since stays: here, back and forth, or in Clerk itself', async () => {
    await crowd(4, 'admin');
    const done = await run('boss', {
      action: { kind: 'role', role: 'staff' },
      selection: { kind: 'filter', filter: { role: 'admin' }, except: [] },
    });
    const setRole = async (id: string, role: 'admin' | 'staff') =>
      await as(t, 'boss').mutation(api.users.updateRole, {
        userId: (await rowOf(t, id))._id,
        role,
      });
    await setRole('admin0', 'admin');
    await setRole('admin1', 'admin');
    await setRole('admin1', 'staff');
    // As an edit in Clerk leaves it: another role at the same revision.
    await changeRow(t, 'admin2', { role: 'superadmin' });
    const back = await finish(await undo('boss', done._id));
    expect(await outcomes(back._id)).toEqual({
      'admin0@rollcall.test': 'CHANGED_SINCE',
      'admin1@rollcall.test': 'CHANGED_SINCE',
      'admin2@rollcall.test': 'CHANGED_SINCE',
      'admin3@rollcall.test': 'changed',
    });
    expect((await rowOf(t, 'admin1')).role).toBe('staff');
    expect((await rowOf(t, 'admin2')).role).toBe('superadmin');
  });

  test('access comes back too, but nobody is cut off who had access before', async () => {
    await crowd(3);
    await changeRow(t, 'p2', { isActive: false });
    const off = await run('boss', {
      action: { kind: 'deactivate' },
      selection: { kind: 'filter', filter: { role: 'staff', state: 'active' }, except: [] },
    });
    const back = await finish(await undo('boss', off._id));
    expect(back).toMatchObject({ changed: 2, refused: 0 });
    expect((await rowOf(t, 'p0')).isActive).toBe(true);
    expect((await rowOf(t, 'p2')).isActive).toBe(false);

    // Banned in Clerk only: reactivating lifts the ban, and taking that back bans nobody here.
    const { clerk, _id } = await rowOf(t, 'p1');
    await changeRow(t, 'p1', { clerk: { ...clerk, banned: true }, access: undefined });
    const lifted = await run('boss', {
      action: { kind: 'reactivate' },
      selection: { kind: 'ids', ids: [_id] },
    });
    expect(lifted).toMatchObject({ changed: 1 });
    expect(await finish(await undo('boss', lifted._id))).toMatchObject({ unchanged: 1 });
    expect((await rowOf(t, 'p1')).isActive).toBe(true);
  });

  test('is done once, after the end, and by whoever may do the opposite to each person', async () => {
    await arrive(t, 'helper', 'admin');
    const done = await allStaff();
    expect(await codeOf(undo('helper', done._id))).toBe('FORBIDDEN');
    const back = await finish(await undo('boss', done._id));
    expect(await codeOf(undo('boss', done._id))).toBe('BULK_NOT_UNDOABLE');
    expect(await codeOf(undo('boss', back._id))).toBe('BULK_NOT_UNDOABLE');
    expect(await as(t, 'boss').query(api.bulk.get, { jobId: done._id })).toMatchObject({
      undoneBy: back._id,
    });

    const [staff, admin] = [await rowOf(t, 'p0'), await rowOf(t, 'admin0')];
    const off = await run('boss', {
      action: { kind: 'deactivate' },
      selection: { kind: 'ids', ids: [staff._id, admin._id] },
    });
    const half = await finish(await undo('helper', off._id));
    expect(await outcomes(half._id)).toEqual({
      'p0@rollcall.test': 'changed',
      'admin0@rollcall.test': 'FORBIDDEN',
    });
  });

  test('nothing to take back is refused, and so is taking back what still runs', async () => {
    await crowd(1);
    const args: Start = {
      action: { kind: 'role', role: 'staff' },
      selection: { kind: 'filter', filter: { role: 'staff' }, except: [] },
    };
    const same = await run('boss', args);
    expect(await codeOf(undo('boss', same._id))).toBe('BULK_NOT_UNDOABLE');
    const running = await begin('boss', args);
    expect(await codeOf(undo('boss', running))).toBe('BULK_RUNNING');
  });
});
