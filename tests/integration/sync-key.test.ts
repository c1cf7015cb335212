import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import schema from '../../convex/schema';
import {
  api,
  arrive,
  as,
  codeOf,
  disconnectWorld,
  internal,
  rowsOf,
} from '../support/convex-world';
import { populate, runOf, settled, type SyncWorld, syncWorld } from '../support/sync-world';

let world: SyncWorld;
const logged: string[] = [];
beforeEach(async () => {
  world = syncWorld();
  await arrive(world.t, 'boss', 'superadmin');
  vi.stubEnv('CLERK_SECRET_KEY', '');
  vi.stubEnv('LOG_LEVEL', 'DEBUG');
  logged.length = 0;
  for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const) {
    vi.spyOn(console, level).mockImplementation((...args: unknown[]) => {
      logged.push(args.map(String).join(' '));
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  disconnectWorld();
});

const secretKey = `sk_test_${'k3y'.repeat(9)}`;
const request = { mode: 'apply' as const, secretKey };

async function paste(key = secretKey) {
  return await as(world.t, 'boss').action(api.sync.startWithKey, { ...request, secretKey: key });
}

/** Every row there is, jobs included. */
async function everything(): Promise<string> {
  return await world.t.run(async (ctx) => {
    const rows: unknown[] = await ctx.db.system.query('_scheduled_functions').collect();
    for (const table of Object.keys(schema.tables)) {
      rows.push(...(await ctx.db.query(table as 'users').collect()));
    }
    return JSON.stringify(rows);
  });
}

test('A2: a pasted key works without one on the server, and leaves no trace', async () => {
  const { t, clerk, lists } = world;
  populate(clerk, 120);
  lists.acceptedKey = secretKey;
  const runId = await settled(paste());
  const run = await runOf(t, runId);
  expect(run).toMatchObject({
    status: 'completed',
    key: 'pasted',
    tallies: { users: { added: 120 } },
  });
  expect(JSON.stringify(run)).not.toContain(secretKey);
  expect(await everything()).not.toContain(secretKey.slice(8));
  expect(logged.join('\n')).not.toContain(secretKey.slice(8));
});

test('A8: a refused key is named by what Clerk said of it, never by itself', async () => {
  const { t, lists } = world;
  lists.acceptedKey = 'sk_test_another';
  const run = await runOf(t, await settled(paste()));
  expect(run.failure?.message).toBe('The Clerk secret key is invalid or expired');
  expect((await everything()) + logged.join('\n')).not.toContain(secretKey.slice(8));
});

test.each(['', 'sk_test_', 'pk_test_abcdefghijkl', 'sk_live_with blank', 'whsec_abcdefghijkl'])(
  'A2: %j is refused before any request, and is not repeated',
  async (key) => {
    const { lists } = world;
    let message = '';
    const attempt = paste(key).catch((error: unknown) => {
      message = JSON.stringify(error);
      throw error;
    });
    expect(await codeOf(attempt)).toBe('CLERK_KEY_MALFORMED');
    expect(lists.asked).toEqual([]);
    expect(message).not.toContain(key.slice(8) || 'abcdefghijkl');
  },
);

test('pain 18: a key of another Clerk application writes nothing', async () => {
  const { t, clerk, lists } = world;
  populate(clerk, 20);
  lists.instanceId = 'ins_other';
  const run = await runOf(t, await settled(paste()));
  expect(run).toMatchObject({ status: 'failed', failure: { code: 'KEY_OF_OTHER_INSTANCE' } });
  expect(await rowsOf(t, 'p00000')).toEqual([]);
});

test('an interrupted run has failed, says to paste the key again, and cannot be resumed', async () => {
  const { t } = world;
  const runId = await as(t, 'boss').mutation(internal.syncWork.startPasted, { mode: 'apply' });
  vi.setSystemTime(Date.now() + 60_000);
  await t.action(internal.adminSync.watch, {});
  const run = await runOf(t, runId);
  expect(run).toMatchObject({ status: 'failed', resumable: false });
  expect(run.failure?.message).toContain('paste the key again');
  const resume = as(t, 'boss').mutation(api.sync.resume, { runId });
  expect(await codeOf(resume)).toBe('SYNC_NOT_RESUMABLE');
});

test('the watcher leaves the run to its driver: told that it is driven, its mutation does not look', async () => {
  const { t } = world;
  const runId = await as(t, 'boss').mutation(internal.syncWork.startPasted, { mode: 'apply' });
  await t.action(internal.adminSync.watch, {});
  expect(await runOf(t, runId)).toMatchObject({ status: 'queued' });
  vi.setSystemTime(Date.now() + 60_000);
  // A read of the run would conflict with the batches of a driver on Convex.
  await t.mutation(internal.adminSync.takeUp, { run: false });
  expect(await runOf(t, runId)).toMatchObject({ status: 'queued' });
  await t.mutation(internal.adminSync.takeUp, { run: true });
  expect(await runOf(t, runId)).toMatchObject({ status: 'failed' });
});

test('A10: the scheduled run says why it did not run without a key', async () => {
  const { t } = world;
  await t.mutation(internal.adminSync.reconcile, {});
  const status = await as(t, 'boss').query(api.sync.status, {});
  expect(status).toMatchObject({ state: 'never_synced', hasServerKey: false });
  expect(status.reconcile).toMatchObject({
    outcome: 'skipped',
    why: 'CLERK_SECRET_KEY is not set on the deployment',
  });
  expect(await codeOf(as(t, 'boss').mutation(api.sync.start, { mode: 'apply' }))).toBe(
    'NOT_CONFIGURED',
  );
});
