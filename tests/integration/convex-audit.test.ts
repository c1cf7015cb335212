import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuditSource } from '../../src/shared/audit';
import type { AuditEntryView as Entry } from '../../convex/model/auditListing';
import {
  api,
  arrive,
  as,
  auditEntries,
  changeRow,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  disconnectWorld,
  verifyAudit,
} from '../support/convex-world';

interface Filter {
  actor?: string;
  target?: string;
  action?: string;
  source?: AuditSource;
  alarm?: true;
  from?: number;
  to?: number;
}

let t: ConvexWorld;
beforeEach(() => ({ t } = connectedWorld()));
afterEach(disconnectWorld);

/** Every page of the list, as somebody who pages through sees it. */
async function all(filter: Filter, numItems = 3): Promise<Entry[]> {
  const found: Entry[] = [];
  let cursor: string | null = null;
  for (let round = 0; round < 500; round += 1) {
    const page: { page: Entry[]; isDone: boolean; continueCursor: string } = await as(
      t,
      'boss',
    ).query(api.audit.list, { ...filter, paginationOpts: { numItems, cursor } });
    expect(page.page.length).toBeLessThanOrEqual(numItems);
    found.push(...page.page);
    if (page.isDone) return found;
    cursor = page.continueCursor;
  }
  throw new Error('the list does not end');
}

/** A log of many kinds of entries at known times. */
async function history(): Promise<void> {
  await arrive(t, 'boss', 'superadmin');
  for (const id of ['ann', 'ben', 'cleo']) {
    vi.advanceTimersByTime(1_000);
    const { _id } = await arrive(t, id);
    vi.advanceTimersByTime(1_000);
    await as(t, 'boss').mutation(api.users.updateRole, { userId: _id, role: 'admin' });
  }
  // The pushes come to their end, so that nothing is written while a test looks.
  await t.finishAllScheduledFunctions(vi.runAllTimers);
}

describe('issue 5: filters of the audit page', () => {
  test('any combination of filters gives exactly what fits, newest first, each entry once', async () => {
    await history();
    const log = await auditEntries(t);
    const value = <K extends 'actor' | 'target' | 'action' | 'source'>(key: K) =>
      fc.option(fc.constantFrom(...new Set(log.map((entry) => entry[key]))), { nil: undefined });
    const at = fc.option(fc.constantFrom(...log.map((entry) => entry.at)), { nil: undefined });
    const filters = fc.record({
      actor: value('actor'),
      target: value('target'),
      action: value('action'),
      source: value('source'),
      alarm: fc.constantFrom(undefined, undefined, true as const),
      from: at,
      to: at,
    });
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const fits = log.filter(
          (entry) =>
            (filter.actor === undefined || entry.actor === filter.actor) &&
            (filter.target === undefined || entry.target === filter.target) &&
            (filter.action === undefined || entry.action === filter.action) &&
            (filter.source === undefined || entry.source === filter.source) &&
            (filter.alarm === undefined || entry.alarm) &&
            entry.at >= (filter.from ?? 0) &&
            entry.at <= (filter.to ?? Infinity),
        );
        const found = await all(filter as Filter);
        expect(found.map(({ seq }) => seq)).toEqual(fits.map(({ seq }) => seq).toReversed());
      }),
      { numRuns: 60 },
    );
  });

  test('people are named where they are known, and lead to their rows', async () => {
    await history();
    const [newest] = await all({ action: 'role.changed' });
    const boss = await t.run(async (ctx) => await ctx.db.query('users').first());
    expect(newest).toMatchObject({
      actor: { ref: 'user:boss', name: 'Ann Lee', userId: boss?._id },
      target: { ref: 'user:cleo', name: 'Ann Lee' },
      before: { role: 'staff' },
      after: { role: 'admin' },
    });
  });

  test('a page and a cursor have bounds', async () => {
    await history();
    const list = (paginationOpts: { numItems: number; cursor: string | null }, more = {}) =>
      codeOf(as(t, 'boss').query(api.audit.list, { paginationOpts, ...more }));
    expect(await list({ numItems: 101, cursor: null })).toBe('INVALID_INPUT');
    expect(await list({ numItems: 10, cursor: 'of another list' })).toBe('INVALID_INPUT');
    const actor = 'x'.repeat(301);
    expect(await list({ numItems: 10, cursor: null }, { actor })).toBe('INVALID_INPUT');
  });
});

describe('issue 5: the chain, checked from the page', () => {
  async function check(limit = 100) {
    let from: { seq: number; hash: string } | undefined;
    for (let round = 0; round < limit; round += 1) {
      const page = await as(t, 'boss').query(api.audit.verify, { from });
      if (!page.ok || page.isDone) return page;
      from = page.head;
    }
    throw new Error('the check does not end');
  }

  test('says ok with the number of entries, or where it breaks', async () => {
    await history();
    const { length } = await auditEntries(t);
    expect(await check()).toMatchObject({ ok: true, total: length, head: { seq: length } });
    const third = (await auditEntries(t))[2];
    if (!third) throw new Error('the log is too short');
    await t.run(async (ctx) => await ctx.db.patch('auditLog', third._id, { actor: 'user:eve' }));
    expect(await check()).toEqual({ ok: false, seq: 3, problem: 'edited', total: length });
    await t.run(async (ctx) => await ctx.db.delete('auditLog', third._id));
    expect(await check()).toEqual({ ok: false, seq: 3, problem: 'gap', total: length });
  });
});

describe('issue 5: export', () => {
  test('is itself in the log, with what was asked for, and the chain holds', async () => {
    await history();
    const begun = await as(t, 'boss').mutation(api.audit.beginExport, {
      format: 'csv',
      actor: 'user:boss',
    });
    const last = (await auditEntries(t)).find(({ action }) => action === 'audit.exported');
    expect(last).toMatchObject({
      action: 'audit.exported',
      actor: 'user:boss',
      after: { format: 'csv', filter: ['actor=user:boss'] },
    });
    expect(begun.upTo).toBeLessThan(last?.at ?? 0);
    await verifyAudit(t);
  });

  test('D3: is limited in its rate, and a deactivated superadmin gets nothing', async () => {
    await history();
    const begin = () => codeOf(as(t, 'boss').mutation(api.audit.beginExport, { format: 'json' }));
    const codes = [];
    for (let n = 0; n < 8; n += 1) codes.push(await begin());
    expect(codes.slice(0, 6)).toEqual(Array(6).fill('no error'));
    expect(codes.at(-1)).toBe('RATE_LIMITED');
    await changeRow(t, 'boss', { isActive: false });
    expect(await codeOf(as(t, 'boss').query(api.audit.exportPage, { cursor: null }))).toBe(
      'ACCOUNT_INACTIVE',
    );
  });
});
