import path from 'node:path';
import { Children } from './children';
import { lockDataFolder, prepareDataFolder } from './data-folder';
import { settleDemoPeople } from './demo-people';
import { clientEnv, credentialKeysOf, deploymentEnv, webEnv, writeEnvFiles } from './environment';
import { startFirstSync } from './first-sync';
import { ownKeys } from './own-keys';
import { claimPorts } from './ports';
import { pushFunctions, syncDeployment } from './push';
import { startClerk, startConvex, type ClerkReady, type ServiceContext } from './services';
import type { StackSettings } from './settings';
import { StackError } from './stack-error';
import { buildWeb, startWeb } from './web';

export interface RunningStack {
  webUrl: string;
  clerkUrl: string;
  clerkDashboardUrl: string;
  convexUrl: string;
  convexSiteUrl: string;
  /** What `<data>/env` holds. */
  env: Record<string, string>;
  demo: ClerkReady['demo'];
  /** Things to tell that did not keep the stack from starting. */
  warnings: string[];
  /** What goes on in the background. */
  notes: string[];
  /** Resolves, with what to show, when a part ends by itself. */
  failed: Promise<StackError>;
  /** Pushes `convex/` again and refreshes its generated types. */
  push(): Promise<void>;
  stop(): Promise<void>;
}

export interface StackHooks {
  onStep?: (text: string) => void;
  /** Every line that a part prints. */
  onLine?: (name: string, line: string) => void;
  /** Gives a start up: everything started so far is stopped and the start rejects. */
  signal?: AbortSignal;
}

/** Never resolves; rejects once `signal` aborts. */
export function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = () =>
      reject(new StackError('Stopped before it was ready.', 'npm start begins again.'));
    if (signal?.aborted) give();
    signal?.addEventListener('abort', give, { once: true });
  });
}

async function bringUp(context: ServiceContext, hooks: StackHooks) {
  const { settings, ports } = context;
  const step = hooks.onStep ?? (() => undefined);
  const webUrl = `http://127.0.0.1:${ports.PORT}`;
  const production = settings.mode === 'production';

  step(
    production ? 'Starting Clerk and Convex, building the web app' : 'Starting Clerk and Convex',
  );
  const building = production ? buildWeb(context) : Promise.resolve(false);
  const [clerk, convex] = await Promise.all([startClerk(context), startConvex(context), building]);

  const keys = await ownKeys(settings.dataDir);
  const own = { webUrl, credentialKeys: credentialKeysOf(settings.dataDir) };
  const env = clientEnv(clerk, convex, own);
  writeEnvFiles(settings.dataDir, env);
  step('Bringing Convex up to date and starting the web app');
  const [pushed] = await Promise.all([
    syncDeployment(context, convex, {
      ...deploymentEnv(clerk, keys, settings.clerkRateLimits),
      // Invitations lead to its sign-up page, and the canary looks whether its route answers.
      ROLLCALL_URL: webUrl,
    }),
    startWeb(context, webEnv(clerk, convex, own), webUrl),
  ]);
  if (pushed) step('Waiting for the demo accounts');
  const warnings = await settleDemoPeople(clerk, convex, { mustWait: pushed });
  const notes = await startFirstSync(convex, settings.seedUsers);
  return { clerk, convex, env, webUrl, warnings, notes };
}

/**
 * Starts local Clerk, local Convex and the web app, and resolves once a person can sign in.
 * Whatever fails, everything started is stopped again before it rejects with a `StackError`.
 */
export async function startStack(
  settings: StackSettings,
  hooks: StackHooks = {},
): Promise<RunningStack> {
  prepareDataFolder(settings.dataDir);
  const unlock = lockDataFolder(settings.dataDir);
  const logDir = path.join(settings.dataDir, 'logs');
  const children = new Children(logDir);
  const stop = async () => {
    await children.stop();
    unlock();
  };
  try {
    const context: ServiceContext = {
      settings,
      ports: await claimPorts(settings.ports),
      logDir,
      onChild: (child) => children.add(child),
      ...(hooks.onLine && { onLine: hooks.onLine }),
    };
    children.onRestart(async () => {
      await startConvex({ ...context, isRestart: true });
    });
    const failure = children.failed.then((error): never => {
      throw error;
    });
    const up = await Promise.race([bringUp(context, hooks), failure, whenAborted(hooks.signal)]);
    return {
      webUrl: up.webUrl,
      clerkUrl: up.clerk.url,
      clerkDashboardUrl: up.clerk.dashboardUrl,
      convexUrl: up.convex.url,
      convexSiteUrl: up.convex.siteUrl,
      env: up.env,
      demo: up.clerk.demo,
      warnings: up.warnings,
      notes: up.notes,
      failed: children.failed,
      push: () => pushFunctions(context, up.convex, { codegen: true }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
