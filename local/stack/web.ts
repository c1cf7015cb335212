import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { diedError, runToEnd, type Child } from './child';
import { fingerprint } from './fingerprint';
import { cleanEnv, startPart, type ServiceContext } from './services';
import { rootDir } from './settings';
import { StackError } from './stack-error';

/** What a build is made of. */
const builtSources = [
  'src',
  'public',
  'convex/_generated',
  'app.config.ts',
  'vite.config.ts',
  'tsconfig.json',
  'package-lock.json',
];

const buildRecord = path.join(rootDir, 'dist', 'build.json');
const serverEntry = path.join(rootDir, 'dist', 'server', 'server.js');
const viteCli = 'node_modules/vite/bin/vite.js';
const srvxCli = 'node_modules/srvx/bin/srvx.mjs';

/** The first page includes Vite's own start in development. */
const webReadyMaxMs = 60_000;

function builtHash(): string | undefined {
  if (!existsSync(serverEntry) || !existsSync(buildRecord)) return undefined;
  try {
    const record: unknown = JSON.parse(readFileSync(buildRecord, 'utf8'));
    const known = typeof record === 'object' && record !== null && 'hash' in record;
    return known ? String(record.hash) : undefined;
  } catch {
    return undefined;
  }
}

/** Builds the web app when its sources changed since the last build. Returns whether it did. */
export async function buildWeb(context: Pick<ServiceContext, 'logDir' | 'onChild' | 'onLine'>) {
  // `routeTree.gen.ts` is made by the build itself, so the hash is taken again afterwards.
  const now = () => fingerprint(rootDir, builtSources);
  if (builtHash() === now()) return false;
  const { logDir, onChild, onLine } = context;
  await runToEnd(
    {
      name: 'build',
      args: [viteCli, 'build'],
      env: cleanEnv({ NODE_ENV: 'production', FORCE_COLOR: '0' }),
      logDir,
      ...(onLine && { onLine: (line: string) => onLine('build', line) }),
    },
    (lines) =>
      new StackError(
        'The web app could not be built:',
        'Correct what is named above (npm run check finds most of it) and start again.',
        lines.slice(-20),
      ),
    onChild,
  );
  mkdirSync(path.dirname(buildRecord), { recursive: true });
  writeFileSync(buildRecord, JSON.stringify({ hash: now() }));
  return true;
}

async function answers(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}/sign-in`, {
      headers: { accept: 'text/html' },
      redirect: 'manual',
      signal: AbortSignal.timeout(15_000),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    // Not listening yet.
    return undefined;
  }
}

async function whenServing(child: Child, url: string, logDir: string): Promise<void> {
  const deadline = Date.now() + webReadyMaxMs;
  let ended = false;
  const died = child.exited.then((exit): never => {
    ended = true;
    throw diedError(child, exit, logDir);
  });
  const poll = async () => {
    while (!ended) {
      const status = await answers(url);
      if (status !== undefined && status < 500) return;
      if (status !== undefined || Date.now() > deadline) {
        throw new StackError(
          status === undefined
            ? `The web app did not answer within ${webReadyMaxMs / 1000} s. Its last lines:`
            : `The sign-in page answers ${status}. The web app's last lines:`,
          `The whole log is ${path.join(logDir, 'web.log')}.`,
          child.lastLines().slice(-12),
        );
      }
      await pause(100);
    }
  };
  await Promise.race([poll(), died]);
}

/** Starts the web app: the production build, or Vite in development. Resolves once it serves. */
export async function startWeb(
  context: ServiceContext,
  env: Record<string, string>,
  url: string,
): Promise<void> {
  const development = context.settings.mode === 'development';
  const address = ['--port', String(context.ports.PORT), '--host', '127.0.0.1'];
  const args = development
    ? [viteCli, 'dev', ...address, '--strictPort']
    : [srvxCli, 'serve', '--prod', ...address, '-s', '../client', 'dist/server/server.js'];
  const mode = development ? 'development' : 'production';
  const child = startPart(
    context,
    'web',
    args,
    cleanEnv({ NODE_ENV: mode, FORCE_COLOR: '0', ...env }),
  );
  await whenServing(child, url, context.logDir);
}
