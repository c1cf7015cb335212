import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import schema from '../../../convex/schema';
import type { ConvexCalls } from '../convex-calls';
import { FakeClerk, instanceId, webhookSecret } from '../fake-clerk';
import { installHandles, MemoryConvex } from '../memory-convex/memory-convex';
import { TestClock } from '../test-clock';

type Fetch = (input: unknown, init?: RequestInit) => Promise<Response>;

/** A deployment with its Clerk and its clock, as a simulation drives it. */
export interface Deployment {
  t: ConvexCalls;
  clerk: FakeClerk;
  setNow: (ms: number) => void;
  setFetch: (fetch: Fetch) => void;
  /** Only where every commit and every waiting job can be seen. */
  memory?: MemoryConvex;
}

const startTime = Date.UTC(2026, 0, 1);
const convexDir = fileURLToPath(new URL('../../../convex', import.meta.url));

const settings = {
  CLERK_WEBHOOK_SECRET: webhookSecret,
  CLERK_SECRET_KEY: 'sk_test_world',
  CLERK_API_URL: 'http://clerk.test',
  CLERK_INSTANCE_ID: instanceId,
  CLERK_FRONTEND_API_URL: 'http://clerk.test',
  BOOTSTRAP_SUPERADMIN_EMAILS: '',
  LOG_LEVEL: 'ERROR',
};

/** The modules that hold functions: those directly in `convex/`. */
async function loadModules(): Promise<Record<string, object>> {
  const files = readdirSync(convexDir).filter((file) => /^\w+\.ts$/.test(file));
  const loaded = await Promise.all(
    files.map(async (file): Promise<[string, object]> => {
      const url = pathToFileURL(path.join(convexDir, file)).href;
      return [path.basename(file, '.ts'), (await import(/* @vite-ignore */ url)) as object];
    }),
  );
  return Object.fromEntries(loaded);
}

/**
 * Many simulations one after the other in one process, each on an empty deployment in memory. Takes
 * over the clock, `fetch`, the environment and the hash function, which answers at once instead of
 * on another thread; `close` gives all back.
 */
export class MemoryWorld {
  private readonly clock = new TestClock(startTime);
  private readonly undo: (() => void)[] = [];
  private readonly memory: MemoryConvex;

  private constructor(modules: Record<string, object>) {
    this.memory = new MemoryConvex({
      schema: schemaText(),
      modules,
      clock: () => this.clock.nowMs,
    });
    this.undo.push(this.clock.install(), installHandles(), installEnv(), installDigest());
    const { fetch } = globalThis;
    this.undo.push(() => void (globalThis.fetch = fetch));
  }

  static async open(): Promise<MemoryWorld> {
    if (!existsSync(convexDir)) throw new Error(`there is no ${convexDir}`);
    return new MemoryWorld(await loadModules());
  }

  fresh(): Deployment {
    this.memory.wipe();
    this.memory.onCommit = undefined;
    this.clock.nowMs = startTime;
    return {
      t: this.memory.calls(),
      clerk: new FakeClerk(() => this.clock.nowMs),
      setNow: (ms) => (this.clock.nowMs = ms),
      // The product calls it with an address and plain options.
      setFetch: (fetch) => (globalThis.fetch = fetch as typeof globalThis.fetch),
      memory: this.memory,
    };
  }

  close(): void {
    for (const undo of this.undo.splice(0).reverse()) undo();
  }
}

function schemaText(): string {
  // What the command line asks a schema for when it is pushed.
  return (schema as unknown as { export: () => string }).export();
}

function installEnv(): () => void {
  const before = { ...process.env };
  Object.assign(process.env, settings);
  return () => {
    for (const name of Object.keys(settings)) {
      const value = before[name];
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
}

function installDigest(): () => void {
  const { subtle } = globalThis.crypto;
  const digest = async (algorithm: string, data: Uint8Array) => {
    const hash = createHash(algorithm.replace('-', '')).update(data).digest();
    return await Promise.resolve(new Uint8Array(hash).buffer);
  };
  Object.defineProperty(subtle, 'digest', { value: digest, configurable: true });
  return () => Reflect.deleteProperty(subtle, 'digest');
}
