import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../fixtures/convex-servers/world';
import { random } from '../support/random';
import { useWorld } from '../support/tries';
import { TwoServers } from '../support/two-servers';

/** People beside the three demo accounts: several pages in each of two slices. */
const people = 4_200;
const kills = Number(process.env.SYNC_KILLS ?? 1);
/** Each kill waits for the lease of the dead driver. */
const campaignMs = 90_000 + kills * 30_000;

interface RunView {
  _id: string;
  status: string;
  failure?: { code: string };
  requests: number;
  limited: number;
  resumed: number;
  missing: number;
  tallies: { users: Record<string, number> };
}

interface Status {
  running: RunView | null;
  last: RunView | null;
}

describe('The sync on the real local Clerk and Convex', { timeout: campaignMs }, () => {
  let servers: TwoServers;

  async function start(): Promise<void> {
    servers = await TwoServers.start({ users: people });
  }
  useWorld(start, async () => servers?.stop());

  async function runOf(runId: string): Promise<RunView> {
    return await servers.call<RunView>('query', 'adminSync:run', { runId });
  }

  async function ended(runId: string): Promise<RunView> {
    await eventually(async () => {
      const { status } = await runOf(runId);
      return status !== 'queued' && status !== 'running';
    }, 'the run ends');
    return await runOf(runId);
  }

  async function firstRun(): Promise<RunView> {
    let last: RunView | null = null;
    await eventually(async () => {
      ({ last } = await servers.call<Status>('query', 'adminSync:status', {}));
      return last !== null;
    }, 'the first scheduled run has begun');
    if (last === null) throw new Error('unreachable: it was waited for');
    return last;
  }

  it('A10, A12: a new deployment synchronises by itself, within Clerk’s limits; kill -9 at random points loses nothing', async () => {
    const chance = random(Number(process.env.SYNC_SEED ?? 7));
    const { _id: runId } = await firstRun();
    for (let kill = 0; kill < kills; kill++) {
      const from = (await runOf(runId)).tallies.users.seen ?? 0;
      const goal = from + Math.floor(chance() * 900);
      await eventually(async () => {
        const { status, tallies } = await runOf(runId);
        return status === 'completed' || (tallies.users.seen ?? 0) >= goal;
      }, 'the run goes on');
      await servers.kill();
      await servers.startConvex();
      // Not waiting for the lease and the watcher: what they do is the same call.
      await takeOver(runId);
    }
    const run = await ended(runId);
    expect(run).toMatchObject({ status: 'completed', limited: 0, missing: 0 });
    const { seen, ...outcomes } = run.tallies.users;
    expect(seen).toBe(Object.values(outcomes).reduce((sum, count) => sum + count, 0));
    const counted = await servers.call<{ counts: { total: number } }>('query', 'admin:status', {});
    const { total_count: inClerk } = await servers.clerk.backend<{ total_count: number }>(
      'GET',
      '/users/count',
    );
    expect(counted.counts.total).toBe(inClerk);

    const second = await servers.call<string>('mutation', 'adminSync:start', { mode: 'apply' });
    const unchanged = await ended(second);
    expect(unchanged.tallies.users).toMatchObject({ seen: inClerk, unchanged: inClerk });
    const verdict = await servers.call<{ ok: boolean }>('query', 'admin:verifyAudit', {});
    expect(verdict.ok).toBe(true);
  });

  /** Asks again and again, as the watcher does every minute, until the lease of the dead is over. */
  async function takeOver(runId: string): Promise<void> {
    const { resumed } = await runOf(runId);
    await eventually(async () => {
      // Answers when the run has ended, or at once while somebody else holds it.
      servers.call('action', 'syncWork:drive', { runId }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const run = await runOf(runId);
      return run.resumed > resumed || run.status === 'completed';
    }, 'another driver takes over');
  }

  it('A2: the bytes of a pasted key are nowhere in the data folder', async () => {
    const secretKey = `sk_test_${'tracelesskey'.repeat(3)}`;
    const answer = await fetch(`${servers.convex.ready.url}/api/action`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        path: 'sync:startWithKey',
        args: { secretKey, mode: 'apply' },
        format: 'json',
      }),
    });
    expect(await answer.text()).not.toContain(secretKey);
    // With a caller the same arguments go the same way; `sync-key` looks at every row of that.
    const marked = filesIn(servers.dataDir).filter((file) =>
      readFileSync(file).includes(secretKey.slice(8)),
    );
    expect(marked).toEqual([]);
  });

  function filesIn(folder: string): string[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(file);
      return entry.isFile() ? [file] : [];
    });
  }
});
