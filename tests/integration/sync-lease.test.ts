import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { syncHeartbeatMs, syncLeaseMs } from '../../convex/model/limits';
import { disconnectWorld, internal } from '../support/convex-world';
import { type SyncWorld, syncWorld } from '../support/sync-world';

let world: SyncWorld;
beforeEach(() => {
  world = syncWorld();
});
afterEach(disconnectWorld);

test('a beat writes the run only where no batch has renewed its lease lately', async () => {
  const { t } = world;
  const runId = await t.mutation(internal.adminSync.start, { mode: 'apply' });
  await t.mutation(internal.syncWork.claim, { runId, driver: 'one' });
  const row = async () => await t.run(async (ctx) => await ctx.db.get('syncRuns', runId));
  const claimed = await row();
  const beat = async (driver: string) =>
    await t.mutation(internal.syncWork.beat, { runId, driver });
  expect(await beat('one')).toEqual({ go: true });
  expect(await row()).toEqual(claimed);
  vi.setSystemTime(Date.now() + syncHeartbeatMs);
  expect(await beat('one')).toEqual({ go: true });
  expect((await row())?.lease).toEqual({ driver: 'one', until: Date.now() + syncLeaseMs });
  expect(await beat('two')).toEqual({ go: false, why: 'lost' });
});
