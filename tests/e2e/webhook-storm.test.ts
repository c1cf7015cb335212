import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploymentEnv } from '../../local/stack/environment';
import { ownKeys } from '../../local/stack/own-keys';
import { syncDeployment } from '../../local/stack/push';
import type { ClerkReady } from '../../local/stack/services';
import { readSettings, rootDir } from '../../local/stack/settings';
import { eventually, type Started, startProcess } from '../fixtures/convex-servers/world';
import { clerkControl, type ClerkControl } from '../support/clerk-control';

const people = 200;
/** Killed once so many have been answered: well inside the storm. */
const answeredBeforeKill = 60;
const writersAtOnce = 8;

interface Delivery {
  id: string;
  messageId: string;
  status: string;
  attempts: { status: number | null }[];
  payload: { data: { id: string } };
}

interface Receipt {
  svixId: string;
  outcome: string;
}

describe('A storm of webhooks, and the Convex process killed in the middle of it', () => {
  let dataDir = '';
  let convex: Started | undefined;
  let clerkProcess: ChildProcess | undefined;

  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'rollcall-storm-'));
  });

  afterEach(async () => {
    clerkProcess?.kill('SIGKILL');
    await convex?.kill();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function startConvex(ports: Record<string, string> = {}): Promise<Started> {
    convex = await startProcess({ CONVEX_DATA_DIR: path.join(dataDir, 'convex'), ...ports });
    return convex;
  }

  async function startClerk(webhookUrl: string): Promise<ClerkReady> {
    clerkProcess = fork(path.join(rootDir, 'local/clerk/main.ts'), [], {
      execArgv: ['--import', 'tsx'],
      env: {
        ...process.env,
        CLERK_PORT: '0',
        CLERK_DATA_DIR: path.join(dataDir, 'clerk'),
        CLERK_WEBHOOK_URLS: webhookUrl,
        CLERK_RATE_LIMITS: 'off',
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    // As docs/contracts.md gives it; `failed` would show in the next line.
    const [message] = (await once(clerkProcess, 'message')) as [ClerkReady];
    expect(message.kind).toBe('ready');
    return message;
  }

  async function query<T>(of: Started, name: string, args: object): Promise<T> {
    const response = await fetch(`${of.ready.url}/api/query`, {
      method: 'POST',
      headers: {
        authorization: `Convex ${of.ready.adminKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ path: name, args, format: 'json' }),
    });
    // The shapes are the functions' own, whose tests hold them to it.
    const answer = (await response.json()) as { status: string; value: T };
    expect(answer.status).toBe('success');
    return answer.value;
  }

  async function everyRow<T>(of: Started, table: string): Promise<T[]> {
    const args = { table, order: 'asc', paginationOpts: { numItems: 5_000, cursor: null } };
    return (await query<{ page: T[] }>(of, '_system/cli/tableData', args)).page;
  }

  async function log(clerk: ClerkControl): Promise<Delivery[]> {
    const all: Delivery[] = [];
    for (let before = ''; ;) {
      const address = `/deliveries?limit=100${before}`;
      const page = await clerk.local<{ deliveries: Delivery[]; before: string | null }>(
        'GET',
        address,
      );
      all.push(...page.deliveries);
      if (page.before === null) return all;
      before = `&before=${page.before}`;
    }
  }

  async function counts(clerk: ClerkControl): Promise<{ delivered: number; pending: number }> {
    type Status = { counts: { deliveries: { delivered: number; pending: number } } };
    return (await clerk.local<Status>('GET', '/status')).counts.deliveries;
  }

  /** The answers to each delivery that is not there yet: why nothing more comes of it. */
  async function allDelivered(clerk: ClerkControl): Promise<void> {
    try {
      await eventually(async () => (await counts(clerk)).pending === 0, 'nothing is left to send');
    } catch (error) {
      const left = (await log(clerk)).filter((delivery) => !isAnswered(delivery));
      throw new Error(JSON.stringify(left.slice(0, 5).map(({ attempts }) => attempts)), {
        cause: error,
      });
    }
  }

  const isAnswered = ({ attempts }: Delivery) => attempts.some(({ status }) => status === 200);

  async function createPeople(clerk: ClerkControl): Promise<void> {
    const waiting = Array.from({ length: people }, (_, i) => i);
    const writer = async () => {
      for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
        await clerk.backend('POST', '/users', {
          email_address: [`storm-${i}@rollcall.test`],
          skip_password_requirement: true,
        });
      }
    };
    await Promise.all(Array.from({ length: writersAtOnce }, writer));
  }

  it('rules 3 and 4, pain 1: what was answered 200 is there, the rest comes again; each is applied once', async () => {
    const first = await startConvex();
    const ready = await startClerk(`${first.ready.siteUrl}/clerk-users-webhook`);
    const clerk = clerkControl(ready.url, ready.secretKey);
    await clerk.webhooks('pause');
    const logDir = path.join(dataDir, 'logs');
    mkdirSync(logDir);
    const settings = readSettings(['--data', dataDir], {});
    if (settings === 'help') throw new Error('unreachable: no --help was given');
    const context = { settings, ports: settings.ports, logDir, onChild: () => undefined };
    const keys = await ownKeys(dataDir);
    // Without a key no synchronisation can run, which would bring people before their webhooks do.
    const { CLERK_SECRET_KEY: _, ...env } = deploymentEnv(ready, keys, 'off');
    await syncDeployment(context, first.ready, env);

    await clerk.webhooks('deliver');
    const storm = createPeople(clerk);
    await eventually(
      async () => (await counts(clerk)).delivered >= answeredBeforeKill,
      'the storm is under way',
    );
    await first.kill();
    await storm;
    await eventually(
      async () => (await log(clerk)).some(({ attempts }) => attempts.some((a) => a.status !== 200)),
      'Clerk notices that nobody answers',
    );
    // Held until somebody listens again.
    await clerk.webhooks('pause');
    const atKill = await log(clerk);
    const answered = atKill.filter(isAnswered);
    expect(answered.length).toBeGreaterThanOrEqual(answeredBeforeKill);
    expect(answered.length).toBeLessThan(people);

    const port = (url: string) => new URL(url).port;
    const second = await startConvex({
      CONVEX_PORT: port(first.ready.url),
      CONVEX_SITE_PORT: port(first.ready.siteUrl),
    });
    const kept = new Set(
      (await everyRow<Receipt>(second, 'deliveries')).map(({ svixId }) => svixId),
    );
    expect(answered.filter(({ messageId }) => !kept.has(messageId))).toEqual([]);

    // What was tried twice while nobody listened would come in five minutes.
    await clerk.local('POST', '/clock', { advanceMs: 6 * 60_000 });
    await clerk.webhooks('deliver');
    await allDelivered(clerk);
    const all = await log(clerk);
    expect(all.filter((delivery) => !isAnswered(delivery))).toEqual([]);
    expect(all.length).toBeGreaterThanOrEqual(people);
    const receipts = (await everyRow<Receipt>(second, 'deliveries')).filter(
      ({ outcome }) => outcome === 'applied',
    );
    expect(receipts.map(({ svixId }) => svixId).sort()).toEqual(
      all.map(({ messageId }) => messageId).sort(),
    );
    const rows = await everyRow<{ externalId: string }>(second, 'users');
    expect(rows.map(({ externalId }) => externalId).sort()).toEqual(
      [...new Set(all.map(({ payload }) => payload.data.id))].sort(),
    );
    const audit = await query<{ ok: boolean }>(second, 'admin:verifyAudit', {});
    expect(audit.ok).toBe(true);
  });
});
