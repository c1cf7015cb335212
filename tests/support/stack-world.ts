import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readSettings } from '../../local/stack/settings';
import { startStack as startRealStack, type RunningStack } from '../../local/stack/stack';
import { describeError } from '../../local/stack/stack-error';
import { clerkControl, type ClerkControl } from './clerk-control';

export interface WorldOptions {
  /** People seeded beside the demo accounts. */
  users?: number;
  /** Clerk's limits; off by default, since tests are faster than people. */
  rateLimits?: 'off' | 'development' | 'production';
  /** An existing data folder, which is then kept: for tests of restarts. */
  dataDir?: string;
  /** Shows what the parts print; for finding out why a test fails. */
  verbose?: boolean;
  /** Gets what the parts print, line by line. */
  onLine?: (name: string, line: string) => void;
}

/** The whole product, running; everything a black-box test may touch. */
export interface World extends RunningStack {
  dataDir: string;
  clerk: ClerkControl;
  stop(): Promise<void>;
}

/**
 * Starts the production build of the whole product on free ports with a data folder of its own,
 * exactly as `npm start` does. The build is reused while the sources stay the same. Stop it in
 * `afterAll`: the folder goes with it.
 */
export async function startStack(options: WorldOptions = {}): Promise<World> {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'rollcall-world-'));
  const env = {
    PORT: '0',
    CONVEX_PORT: '0',
    CONVEX_SITE_PORT: '0',
    CLERK_PORT: '0',
    CLERK_RATE_LIMITS: options.rateLimits ?? 'off',
  };
  const settings = readSettings(['--data', dataDir, '--users', String(options.users ?? 0)], env);
  if (settings === 'help') throw new Error('unreachable: no --help was given');
  const remove = () => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const stack = await startRealStack(settings, {
      ...(options.onLine && { onLine: options.onLine }),
      ...(options.verbose && {
        onLine: (name: string, line: string) => process.stderr.write(`[${name}] ${line}\n`),
      }),
    });
    const clerk = clerkControl(stack.clerkUrl, stack.env.CLERK_SECRET_KEY ?? '');
    const stop = async () => {
      await stack.stop();
      remove();
    };
    return { ...stack, dataDir, clerk, stop };
  } catch (error) {
    remove();
    // Vitest shows the message alone; the evidence and the way out belong to it.
    throw new Error(describeError(error), { cause: error });
  }
}
