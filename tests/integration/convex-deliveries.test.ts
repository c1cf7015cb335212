import type { FunctionReturnType } from 'convex/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deleteClerkUser } from '../../convex/model/deleteClerkUser';
import { maskedEvent } from '../../convex/model/maskedEvent';
import { payloadsKeptMs } from '../../convex/model/limits';
import { keepPayload } from '../../convex/model/deliveryPayloads';
import { envelope, rawMembership, rawOrganization, rawUser } from '../support/fake-clerk';
import {
  api,
  arrive,
  as,
  auditEntries,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  deliver,
  deliveryRows,
  disconnectWorld,
  internal,
  rowOf,
  verifyAudit,
} from '../support/convex-world';

let t: ConvexWorld;
beforeEach(async () => {
  ({ t } = connectedWorld());
  await arrive(t, 'boss', 'superadmin');
  await arrive(t, 'admin', 'admin');
});
afterEach(disconnectWorld);

const at = 1_750_000_000_000;
const list = async (filter: object, viewer = 'boss') =>
  (
    await as(t, viewer).query(api.deliveries.list, {
      paginationOpts: { numItems: 50, cursor: null },
      ...filter,
    })
  ).page;
const payloads = () => t.run(async (ctx) => await ctx.db.query('deliveryPayloads').collect());

async function idOf(svixId: string) {
  const found = (await deliveryRows(t)).find((row) => row.svixId === svixId);
  if (!found) throw new Error(`no delivery ${svixId}`);
  return found._id;
}
const get = async (svixId: string, viewer = 'boss') =>
  await as(t, viewer).query(api.deliveries.get, { deliveryId: await idOf(svixId) });
const replay = async (svixId: string) =>
  await as(t, 'boss').mutation(api.deliveries.replay, { deliveryId: await idOf(svixId) });

async function update(id: string, fields: object, svixId: string) {
  await deliver(t, envelope('user.updated', rawUser(id, { ...fields })), { id: svixId });
}

describe('issue 5: the list of deliveries', () => {
  test('newest first with outcome and why, and every filter', async () => {
    await update('ann', { updated_at: at }, 'msg_a');
    vi.advanceTimersByTime(1_000);
    await update('ann', { first_name: 'Old', updated_at: at - 5 }, 'msg_b');
    vi.advanceTimersByTime(1_000);
    await deliver(t, envelope('session.created', {}), { id: 'msg_c' });
    vi.advanceTimersByTime(1_000);
    await deliver(t, envelope('user.created', rawUser('x'), { instance_id: 'ins_other' }), {
      id: 'msg_d',
    });
    const ids = async (filter: object) => (await list(filter)).map(({ svixId }) => svixId);
    expect((await ids({})).slice(0, 4)).toEqual(['msg_d', 'msg_c', 'msg_b', 'msg_a']);
    expect(await ids({ outcome: 'stale' })).toEqual(['msg_b']);
    expect(await ids({ type: 'session.created' })).toEqual(['msg_c']);
    expect(await ids({ entityId: 'ann' })).toEqual(['msg_b', 'msg_a']);
    expect(await ids({ entityId: 'ann', outcome: 'applied' })).toEqual(['msg_a']);
    expect(await ids({ alarm: true })).toEqual(['msg_d']);
    expect(await ids({ svixId: 'msg_b' })).toEqual(['msg_b']);
    expect(await list({ svixId: 'msg_b' })).toMatchObject([
      {
        outcome: 'stale',
        why: 'a newer state of this person was applied before',
        entity: { ref: 'user:ann', name: 'Ann Lee' },
      },
    ]);
  });
});

describe('issue 5: the ranges that a filter joins', () => {
  test('are one list, newest first, page by page: alarms of every outcome, an outcome with and without', async () => {
    for (const [index, svixId] of ['msg_a', 'msg_b', 'msg_c'].entries()) {
      await update('ann', { updated_at: at + index }, svixId);
      vi.advanceTimersByTime(1_000);
    }
    await deliver(t, envelope('user.created', rawUser('x'), { instance_id: 'ins_other' }), {
      id: 'msg_d',
    });
    // Another body under the same id: what was applied has an alarm now.
    await update('ann', { updated_at: at + 9 }, 'msg_b');
    const pages = async (filter: object) => {
      const seen: string[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < 9; page += 1) {
        const paginationOpts = { numItems: 1, cursor };
        const found: FunctionReturnType<typeof api.deliveries.list> = await as(t, 'boss').query(
          api.deliveries.list,
          { ...filter, paginationOpts },
        );
        seen.push(...found.page.map(({ svixId }) => svixId));
        if (found.isDone) return seen;
        cursor = found.continueCursor;
      }
      throw new Error('the list does not end');
    };
    expect(await pages({ alarm: true })).toEqual(['msg_d', 'msg_b']);
    const applied = await pages({ outcome: 'applied' });
    expect(applied.slice(0, 3)).toEqual(['msg_c', 'msg_b', 'msg_a']);
    expect(await pages({ outcome: 'applied', alarm: true })).toEqual(['msg_b']);
  });
});

describe('issue 5: what a delivery said', () => {
  test('is the parsed event: private and unsafe metadata never get into the database', async () => {
    const marks = { private_metadata: { k: 'PRIV' }, unsafe_metadata: { k: 'UNSAFE' } };
    await update('ann', { ...marks, public_metadata: { plan: 'pro' } }, 'msg_a');
    expect(JSON.stringify(await payloads())).not.toMatch(/PRIV|UNSAFE/);
    const detail = await get('msg_a');
    expect(detail?.payload).toMatchObject({ kind: 'kept', masked: [] });
    expect(JSON.stringify(detail)).toContain('ann@rollcall.test');
  });

  test('public metadata is for who may replay; an admin sees that something is hidden', async () => {
    await update('ann', { public_metadata: { plan: 'pro' } }, 'msg_a');
    const detail = await get('msg_a', 'admin');
    expect(detail?.payload).toMatchObject({ kind: 'kept', masked: ['public metadata'] });
    expect(JSON.stringify(detail)).not.toContain('plan');
  });

  test('personal data and secrets are covered by what the viewer may read', () => {
    const publicMetadata = JSON.stringify({ api_key: 'k', note: 'sk_live_abc', plan: ['x'] });
    const text = JSON.stringify({
      type: 'user.updated',
      kind: 'user',
      user: { externalId: 'user_1', name: 'Ann Lee', email: 'a@b.c', publicMetadata },
    });
    const nothing = maskedEvent(text, { people: false, metadata: false });
    expect(nothing.event).not.toMatch(/Ann|a@b|plan/);
    expect(nothing.event).toContain('user_1');
    expect(nothing.masked).toEqual(['personal data', 'public metadata']);
    const everything = maskedEvent(text, { people: true, metadata: true });
    expect(everything.event).toMatch(/Ann Lee/);
    expect(everything.event).toMatch(/"x"/);
    expect(everything.event).not.toMatch(/sk_live_abc|"k"/);
    expect(everything.masked).toEqual(['secrets']);
  });

  test('nothing is kept of other instances and of events that are not used', async () => {
    const before = (await payloads()).length;
    await deliver(t, envelope('user.created', rawUser('x'), { instance_id: 'ins_other' }));
    await deliver(t, envelope('session.created', { user_id: 'ann' }), { id: 'msg_c' });
    expect(await payloads()).toHaveLength(before);
    expect((await get('msg_c'))?.payload).toEqual({ kind: 'absent' });
  });

  test('B5: is emptied when the person is erased, however much there is, and stays so', async () => {
    await arrive(t, 'ann');
    await t.run(async (ctx) => {
      const event = { type: 'user.updated', kind: 'userDeleted' as const, externalId: 'ann' };
      for (let n = 0; n < 450; n += 1) await keepPayload(ctx, event);
      const cause = { actor: 'clerk', source: 'clerk' as const, correlationId: 'c', now: 1 };
      await deleteClerkUser(ctx, 'ann', cause, 'erase');
    });
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    const left = await payloads();
    expect(left.filter(({ personId }) => personId === 'ann')).toEqual([]);
    expect(JSON.stringify(left)).not.toContain('ann@rollcall.test');
    expect(left.filter(({ event }) => event === undefined)).toHaveLength(451);
  });

  test('is forgotten after its time, while the receipt stays', async () => {
    await update('ann', {}, 'msg_a');
    vi.advanceTimersByTime(payloadsKeptMs + 1_000);
    await t.mutation(internal.maintenance.prunePayloads, {});
    expect(await payloads()).toEqual([]);
    expect((await get('msg_a'))?.payload).toEqual({ kind: 'absent' });
    expect(await codeOf(replay('msg_a'))).toBe('PAYLOAD_GONE');
  });
});

describe('issue 5: replay', () => {
  test('rule 2: an old delivery overwrites nothing newer', async () => {
    await update('ann', { first_name: 'First', updated_at: at }, 'msg_a');
    await update('ann', { first_name: 'Second', updated_at: at + 1 }, 'msg_b');
    expect(await replay('msg_a')).toMatchObject({ outcome: 'stale' });
    expect(await replay('msg_b')).toMatchObject({ outcome: 'duplicate' });
    expect((await rowOf(t, 'ann')).firstName).toBe('Second');
  });

  test('rule 3: brings nothing back that was deleted', async () => {
    await update('ann', { updated_at: at }, 'msg_a');
    await deliver(t, envelope('user.deleted', { id: 'ann', deleted: true }), { id: 'msg_b' });
    expect(await replay('msg_a')).toMatchObject({ outcome: 'stale' });
    expect((await rowOf(t, 'ann')).state).toBe('deleted');
    expect(await replay('msg_b')).toMatchObject({ outcome: 'duplicate' });
  });

  test('rule 8: a role that somebody decided meanwhile stands', async () => {
    await update('ann', { public_metadata: { role: 'staff' }, updated_at: at }, 'msg_a');
    const { _id } = await rowOf(t, 'ann');
    await as(t, 'boss').mutation(api.users.updateRole, { userId: _id, role: 'admin' });
    await replay('msg_a');
    expect((await rowOf(t, 'ann')).role).toBe('admin');
  });

  test('applies what was lost: a row that went missing is there again', async () => {
    await deliver(t, envelope('organization.created', rawOrganization('org_1')), { id: 'msg_o' });
    await t.run(async (ctx) => {
      const row = await ctx.db.query('organizations').first();
      if (row) await ctx.db.delete('organizations', row._id);
    });
    expect(await replay('msg_o')).toEqual({ outcome: 'applied' });
    const place = { organization: 'org_1', user: 'ann' };
    const event = envelope('organizationMembership.created', rawMembership('orgmem_1', place));
    await deliver(t, event, { id: 'msg_m' });
    expect(await replay('msg_m')).toMatchObject({ outcome: 'duplicate' });
  });

  test('is in the log and on the receipt, and the chain holds', async () => {
    await update('ann', { updated_at: at }, 'msg_a');
    await replay('msg_a');
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      action: 'delivery.replayed',
      actor: 'user:boss',
      target: 'delivery:msg_a',
      before: { outcome: 'applied' },
      after: { outcome: 'duplicate' },
    });
    expect(await list({ svixId: 'msg_a' })).toMatchObject([
      { outcome: 'applied', replay: { outcome: 'duplicate', by: 'Ann Lee' } },
    ]);
    await verifyAudit(t);
  });

  test('D3: is limited in its rate', async () => {
    await update('ann', {}, 'msg_a');
    const codes = [];
    for (let n = 0; n < 31; n += 1) codes.push(await codeOf(replay('msg_a')));
    expect(codes[29]).toBe('no error');
    expect(codes[30]).toBe('RATE_LIMITED');
  });
});
