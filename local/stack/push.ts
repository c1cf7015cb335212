import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runToEnd } from './child';
import { writePrivateFile } from './data-folder';
import { fingerprint } from './fingerprint';
import { cleanEnv, type ConvexReady, type ServiceContext } from './services';
import { rootDir } from './settings';
import { StackError } from './stack-error';

/** What a push is made of, beside the deployment's environment. */
const pushedSources = ['convex', 'src/shared', 'app.config.ts', 'package-lock.json'];

/** The official command line, as `npx convex` runs it. */
const convexCli = 'node_modules/convex/bin/main.js';

interface PushRecord {
  hash: string;
}

function readRecord(file: string): PushRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const known = typeof value === 'object' && value !== null && 'hash' in value;
    return known && typeof value.hash === 'string' ? { hash: value.hash } : undefined;
  } catch {
    // No record, or a torn one: push again.
    return undefined;
  }
}

/** Sets the deployment's environment in one atomic call, as `npx convex env set` does for one. */
async function updateEnvironment(
  convex: ConvexReady,
  values: Record<string, string>,
): Promise<void> {
  const changes = Object.entries(values).map(([name, value]) => ({ name, value }));
  const response = await fetch(`${convex.url}/api/v1/update_environment_variables`, {
    method: 'POST',
    headers: { authorization: `Convex ${convex.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ changes }),
  });
  if (response.ok) return;
  const body = await response.text();
  throw new StackError(
    `Convex refused the deployment environment (${response.status}): ${body.slice(0, 300)}`,
    'Run npm run reset to start from an empty data folder, or see <data>/logs/convex.log.',
  );
}

/**
 * `convex deploy`, not `convex dev --once`: the latter writes `.env.local`. `--env-file` keeps it
 * from reading the user's own `.env.local`, which may name a real deployment.
 */
export async function pushFunctions(
  context: ServiceContext,
  convex: ConvexReady,
  options: { codegen: boolean },
): Promise<void> {
  const envFile = path.join(context.settings.dataDir, 'convex.env');
  writePrivateFile(
    envFile,
    `CONVEX_SELF_HOSTED_URL=${convex.url}\nCONVEX_SELF_HOSTED_ADMIN_KEY=${convex.adminKey}\n`,
  );
  const flags = ['--typecheck', 'disable', '--codegen', options.codegen ? 'enable' : 'disable'];
  const args = [convexCli, 'deploy', '--env-file', envFile, '--skip-large-indexes-check', ...flags];
  const { onLine, logDir, onChild } = context;
  await runToEnd(
    {
      name: 'convex-push',
      args,
      env: cleanEnv({ CI: '1', FORCE_COLOR: '0' }),
      logDir,
      ...(onLine && { onLine: (line: string) => onLine('convex-push', line) }),
    },
    (lines) =>
      new StackError(
        'The functions in convex/ could not be pushed:',
        'Correct what is named above (npm run check finds most of it) and start again.',
        lines.slice(-20),
      ),
    onChild,
  );
}

/**
 * Brings the deployment to the present sources and environment; does nothing when the saved push
 * already is that. Returns whether it pushed.
 */
export async function syncDeployment(
  context: ServiceContext,
  convex: ConvexReady,
  env: Record<string, string>,
): Promise<boolean> {
  const file = path.join(context.settings.dataDir, 'push.json');
  const hash = fingerprint(rootDir, pushedSources, [JSON.stringify(env), convex.url]);
  if (convex.deployed && readRecord(file)?.hash === hash) return false;
  await updateEnvironment(convex, env);
  await pushFunctions(context, convex, { codegen: false });
  writePrivateFile(file, JSON.stringify({ hash } satisfies PushRecord));
  return true;
}
