import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json, JsonObject } from '../../local/convex/values/value';
import { startProcess, type Started } from '../../tests/fixtures/convex-servers/world';
import { cpuMsOf } from './processor-time';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
const settleSecondsMax = 60;
/** Crons and heartbeats take less than this share of a second. */
const idleMsPerSecond = 50;
const functionsFile = fileURLToPath(new URL('convex/bench.ts', import.meta.url));

export interface DeploymentOptions {
  /** A folder with a `convex/` of its own, in place of the product and the benchmark's functions. */
  appDir?: string;
  env?: Record<string, string>;
}

/** The local Convex in a process of its own, with the product and the benchmark's functions. */
export class Deployment {
  #started: Started | undefined;
  /** `fetch` would take as much of the processor for a call as the deployment itself. */
  readonly #agent = new Agent({ keepAlive: true, scheduling: 'lifo' });

  private constructor(readonly dir: string) {}

  static async start({ appDir, env = {} }: DeploymentOptions = {}): Promise<Deployment> {
    const deployment = new Deployment(await mkdtemp(join(tmpdir(), 'rollcall-bench-')));
    if (appDir === undefined) await deployment.#copyProduct();
    else await deployment.#copyApp(appDir);
    await deployment.boot();
    await deployment.#configure(env);
    await deployment.#push();
    return deployment;
  }

  get started(): Started {
    if (!this.#started) throw new Error('The deployment is not running.');
    return this.#started;
  }

  get url(): string {
    return this.started.ready.url;
  }

  get pid(): number {
    const { pid } = this.started.child;
    if (pid === undefined) throw new Error('The process has no id.');
    return pid;
  }

  /** Starts the process on the data folder. Returns the ms until it answered. */
  async boot(): Promise<number> {
    const startedAtMs = performance.now();
    this.#started = await startProcess({ CONVEX_DATA_DIR: join(this.dir, 'data') });
    return performance.now() - startedAtMs;
  }

  /** Calls a function as an admin over HTTP, on connections that are kept. */
  async call(kind: 'query' | 'mutation', name: string, args: JsonObject): Promise<Json> {
    const path = name.includes(':') ? name : `bench:${name}`;
    const answer = await this.#post(`/api/${kind}`, { path, args, format: 'json' });
    // The envelope of Convex's HTTP API.
    const body = JSON.parse(answer) as { status: string; value: Json; errorMessage?: string };
    if (body.status !== 'success') throw new Error(`${name}: ${body.errorMessage}`);
    return body.value;
  }

  /**
   * Until what the product does by itself after a start and a filling is done: its jobs are not
   * what is measured. Linux only; elsewhere it waits for nothing.
   */
  async settle(): Promise<void> {
    for (let second = 0; second < settleSecondsMax; second += 1) {
      const before = cpuMsOf(this.pid);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      if (!(cpuMsOf(this.pid) - before > idleMsPerSecond)) return;
    }
  }

  #post(path: string, json: JsonObject): Promise<string> {
    const body = JSON.stringify(json);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Convex ${this.started.ready.adminKey}`,
    };
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(this.url);
      request({ agent: this.#agent, hostname, port, path, method: 'POST', headers }, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk) => (text += String(chunk)))
          .once('end', () => resolve(text))
          .once('error', reject);
      })
        .once('error', reject)
        .end(body);
    });
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#started?.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  async #copyProduct(): Promise<void> {
    const app = join(this.dir, 'app');
    await mkdir(join(app, 'src'), { recursive: true });
    for (const path of ['convex', 'src/shared', 'app.config.ts', 'package.json', 'tsconfig.json']) {
      await cp(join(rootDir, path), join(app, path), { recursive: true });
    }
    await symlink(join(rootDir, 'node_modules'), join(app, 'node_modules'));
    const source = await readFile(functionsFile, 'utf8');
    await writeFile(
      join(app, 'convex', 'bench.ts'),
      source.replaceAll('../../../convex/_generated', './_generated'),
    );
  }

  async #copyApp(appDir: string): Promise<void> {
    const app = join(this.dir, 'app');
    await cp(appDir, app, { recursive: true });
    await symlink(join(rootDir, 'node_modules'), join(app, 'node_modules'));
  }

  async #configure(env: Record<string, string>): Promise<void> {
    const all = { CLERK_FRONTEND_API_URL: 'https://clerk.example.test', ...env };
    const changes = Object.entries(all).map(([name, value]) => ({ name, value }));
    const response = await fetch(`${this.url}/api/v1/update_environment_variables`, {
      method: 'POST',
      headers: { authorization: `Convex ${this.started.ready.adminKey}` },
      body: JSON.stringify({ changes }),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  async #push(): Promise<void> {
    const cli = join(rootDir, 'node_modules', 'convex', 'bin', 'main.js');
    const flags = ['--typecheck', 'disable', '--codegen', 'disable', '--skip-large-indexes-check'];
    const child = spawn(process.execPath, [cli, 'deploy', ...flags], {
      cwd: join(this.dir, 'app'),
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: this.dir,
        CI: '1',
        CONVEX_SELF_HOSTED_URL: this.url,
        CONVEX_SELF_HOSTED_ADMIN_KEY: this.started.ready.adminKey,
      },
    });
    let output = '';
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`The push failed: ${output}`);
  }
}
