import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { appendAuditMany, type Cause } from '../../convex/model/auditLog';
import { prunedBefore, pruneAudit } from '../../convex/model/auditRetention';
import {
  auditEntries,
  connectedWorld,
  type ConvexWorld,
  disconnectWorld,
  internal,
  verifyAudit,
} from '../support/convex-world';

const dayMs = 86_400_000;

let t: ConvexWorld;
beforeEach(() => ({ t } = connectedWorld()));
afterEach(disconnectWorld);

/** One entry a day. */
async function write(days: number): Promise<void> {
  for (let i = 0; i < days; i++) {
    const now = Date.now();
    const cause: Cause = { actor: 'cli', source: 'cli', correlationId: `day:${now}`, now };
    const events = [{ action: 'test.one', target: 'user:a' }];
    await t.run(async (ctx) => await appendAuditMany(ctx, cause, events));
    vi.setSystemTime(now + dayMs);
  }
}

async function prune(keptDays: number, limit?: number): Promise<number> {
  const now = Date.now();
  return await t.run(
    async (ctx) => await pruneAudit(ctx, { before: now - keptDays * dayMs, limit }, now),
  );
}

describe('retention of the audit log does not break the chain', () => {
  test('what remains verifies, from the beginning and from where one was', async () => {
    await write(20);
    const before = await t.query(internal.admin.verifyAudit, { limit: 3 });
    if (!before.ok) throw new Error('does not verify');
    expect(await prune(10)).toBe(10);
    const [first, ...rest] = await auditEntries(t);
    expect(first?.seq).toBe(11);
    expect(rest.at(-1)).toMatchObject({
      action: 'audit.pruned',
      before: { firstSeq: 1, entries: 10 },
      after: { throughSeq: 10, throughHash: first?.previousHash },
    });
    await verifyAudit(t);
    expect(await t.query(internal.admin.verifyAudit, { from: before.head })).toMatchObject({
      ok: true,
      isDone: true,
      head: { seq: 21 },
    });
  });

  test('in batches, again and again, seals pruned too', async () => {
    await write(12);
    expect(await prune(4, 5)).toBe(5);
    expect(await prune(4, 5)).toBe(3);
    expect(await prune(4, 5)).toBe(0);
    await verifyAudit(t);
    await write(30);
    expect(await prune(5)).toBeGreaterThan(20);
    await verifyAudit(t);
    expect((await auditEntries(t)).filter(({ action }) => action === 'audit.pruned')).toHaveLength(
      1,
    );
  });

  test.each([
    ['one entry more than the seal says', 1],
    ['several', 3],
  ])('cutting away %s is found', async (_, more) => {
    await write(20);
    await prune(10);
    await t.run(async ({ db }) => {
      for (const { _id } of await db.query('auditLog').withIndex('bySeq').take(more)) {
        await db.delete('auditLog', _id);
      }
    });
    await expect(verifyAudit(t)).rejects.toThrow('gap at 1');
  });

  test('cutting without a seal, cutting in the middle, editing the seal are found', async () => {
    await write(10);
    const entries = await auditEntries(t);
    const drop = async (index: number) =>
      await t.run(async ({ db }) => {
        const entry = entries[index];
        if (entry) await db.delete('auditLog', entry._id);
      });
    await drop(0);
    await expect(verifyAudit(t)).rejects.toThrow('gap at 1');
    disconnectWorld();
    ({ t } = connectedWorld());
    await write(10);
    await prune(5);
    const kept = await auditEntries(t);
    await t.run(async ({ db }) => {
      const seal = kept.at(-1);
      if (seal) await db.patch('auditLog', seal._id, { after: { ...seal.after, throughSeq: 7 } });
      for (const { _id, seq } of kept) if (seq <= 7) await db.delete('auditLog', _id);
    });
    await expect(verifyAudit(t)).rejects.toThrow('gap at 1');
  });

  test('by default everything is kept; a month is the least', async () => {
    await write(3);
    vi.setSystemTime(Date.now() + 4_000 * dayMs);
    expect(await t.mutation(internal.maintenance.pruneAuditLog, {})).toBe(0);
    expect(prunedBefore(100 * dayMs, null)).toBeUndefined();
    expect(prunedBefore(100 * dayMs, 1)).toBe(70 * dayMs);
    expect(prunedBefore(100 * dayMs, 90)).toBe(10 * dayMs);
  });
});

test('many entries at once are one chain', async () => {
  const now = Date.now();
  const cause: Cause = { actor: 'system', source: 'system', correlationId: 'bulk', now };
  const events = Array.from({ length: 50 }, (_, i) => ({ action: `test.${i}`, target: 'x' }));
  await t.run(async (ctx) => {
    await appendAuditMany(ctx, cause, []);
    await appendAuditMany(ctx, cause, events);
    await appendAuditMany(ctx, cause, events.slice(0, 1));
  });
  expect((await auditEntries(t)).map(({ seq }) => seq)).toEqual(
    Array.from({ length: 51 }, (_, i) => i + 1),
  );
  await verifyAudit(t);
});
