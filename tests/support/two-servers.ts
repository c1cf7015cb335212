import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deploymentEnv } from '../../local/stack/environment';
import { ownKeys } from '../../local/stack/own-keys';
import { syncDeployment } from '../../local/stack/push';
import type { ClerkReady } from '../../local/stack/services';
import { readSettings, rootDir } from '../../local/stack/settings';
import { type Started, startProcess } from '../fixtures/convex-servers/world';
import { clerkControl, type ClerkControl } from './clerk-control';

export interface TwoServersOptions {
  /** People seeded beside the demo accounts. */
  users?: number;
  rateLimits?: 'off' | 'development' | 'production';
  /** No secret key on the deployment, so that it synchronises nothing by itself. */
  withoutKey?: boolean;
}

/**
 * Local Clerk and local Convex as `npm start` runs them, without the web app and without webhooks:
 * what a sync is made of. Stop it in `afterAll`.
 */
export class TwoServers {
  private started: Started | undefined;
  private clerkProcess: ChildProcess | undefined;
  private clerkReady: ClerkReady | undefined;

  private constructor(
    readonly dataDir: string,
    private readonly options: TwoServersOptions,
  ) {}

  static async start(options: TwoServersOptions = {}): Promise<TwoServers> {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'rollcall-sync-'));
    const servers = new TwoServers(dataDir, options);
    try {
      mkdirSync(path.join(dataDir, 'logs'));
      await servers.startConvex();
      servers.clerkReady = await servers.startClerk();
      await servers.deploy();
      return servers;
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  get convex(): Started {
    if (this.started === undefined) throw new Error('Convex is not running');
    return this.started;
  }

  get ready(): ClerkReady {
    if (this.clerkReady === undefined) throw new Error('Clerk is not running');
    return this.clerkReady;
  }

  get clerk(): ClerkControl {
    return clerkControl(this.ready.url, this.ready.secretKey);
  }

  /** Where the database of the local Convex lies. */
  get convexDir(): string {
    return path.join(this.dataDir, 'convex');
  }

  async kill(): Promise<void> {
    await this.convex.kill();
  }

  /** Again on the same data and the same ports. */
  async startConvex(): Promise<void> {
    const at = this.started?.ready;
    const ports: Record<string, string> =
      at === undefined
        ? {}
        : { CONVEX_PORT: new URL(at.url).port, CONVEX_SITE_PORT: new URL(at.siteUrl).port };
    this.started = await startProcess({ CONVEX_DATA_DIR: this.convexDir, ...ports });
  }

  /** Calls a function as the operator. */
  async call<T>(kind: 'query' | 'mutation' | 'action', name: string, args: object): Promise<T> {
    const response = await fetch(`${this.convex.ready.url}/api/${kind}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        connection: 'close',
        authorization: `Convex ${this.convex.ready.adminKey}`,
      },
      body: JSON.stringify({ path: name, args, format: 'json' }),
    });
    // The shapes are the functions' own, whose tests hold them to it.
    const answer = (await response.json()) as { status: string; value: T; errorMessage?: string };
    if (answer.status !== 'success') throw new Error(`${name}: ${answer.errorMessage}`);
    return answer.value;
  }

  async stop(): Promise<void> {
    await this.started?.stop();
    this.clerkProcess?.kill('SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async startClerk(): Promise<ClerkReady> {
    const child = fork(path.join(rootDir, 'local/clerk/main.ts'), [], {
      execArgv: ['--import', 'tsx'],
      env: {
        ...process.env,
        CLERK_PORT: '0',
        CLERK_DATA_DIR: path.join(this.dataDir, 'clerk'),
        CLERK_WEBHOOK_URLS: '',
        CLERK_SEED_USERS: String(this.options.users ?? 0),
        CLERK_RATE_LIMITS: this.options.rateLimits ?? 'production',
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.clerkProcess = child;
    // As docs/contracts.md gives it.
    const [message] = (await once(child, 'message')) as [ClerkReady];
    if (message.kind !== 'ready') throw new Error(JSON.stringify(message));
    return message;
  }

  private async deploy(): Promise<void> {
    const { dataDir, options } = this;
    const settings = readSettings(['--data', dataDir], {});
    if (settings === 'help') throw new Error('unreachable: no --help was given');
    const logDir = path.join(dataDir, 'logs');
    const context = { settings, ports: settings.ports, logDir, onChild: () => undefined };
    const env = deploymentEnv(
      this.ready,
      await ownKeys(dataDir),
      options.rateLimits ?? 'production',
    );
    const { CLERK_SECRET_KEY: _, ...keyless } = env;
    const wanted = options.withoutKey === true ? keyless : env;
    await syncDeployment(context, this.convex.ready, wanted);
  }
}
