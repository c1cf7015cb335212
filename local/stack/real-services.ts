import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { Children } from './children';
import { prepareDataFolder } from './data-folder';
import { claimPorts } from './ports';
import type { ServiceContext } from './services';
import { rootDir, type StackSettings } from './settings';
import { whenAborted, type StackHooks } from './stack';
import { StackError } from './stack-error';
import { buildWeb, startWeb } from './web';

const neededByWeb = [
  'CLERK_PUBLISHABLE_KEY',
  'CLERK_SECRET_KEY',
  'CONVEX_URL',
  'CONVEX_SITE_URL',
] as const;

/** `.env.local` when it holds the key of a real Clerk: then only the web app runs here. */
export function readRealServices(): Record<string, string> | undefined {
  const file = path.join(rootDir, '.env.local');
  if (!existsSync(file)) return undefined;
  const values = parseEnv(readFileSync(file, 'utf8')) as Record<string, string>;
  if (!values.CLERK_SECRET_KEY) return undefined;
  const missing = neededByWeb.filter((name) => !values[name]);
  if (missing.length > 0) {
    throw new StackError(
      `.env.local has CLERK_SECRET_KEY, so the real services are meant, but lacks: ${missing.join(', ')}.`,
      'Add them (see .env.example), or start the local stack with npm start -- --local.',
    );
  }
  return values;
}

/** The web app alone, on the services that `.env.local` names. Functions are pushed by hand. */
export async function startOnRealServices(
  settings: StackSettings,
  values: Record<string, string>,
  hooks: StackHooks = {},
): Promise<{ webUrl: string; failed: Promise<StackError>; stop: () => Promise<void> }> {
  prepareDataFolder(settings.dataDir);
  const logDir = path.join(settings.dataDir, 'logs');
  const children = new Children(logDir);
  const any = { CONVEX_PORT: 0, CONVEX_SITE_PORT: 0, CLERK_PORT: 0 };
  try {
    const context: ServiceContext = {
      settings,
      ports: await claimPorts({ ...any, PORT: settings.ports.PORT }),
      logDir,
      onChild: (child) => children.add(child),
      ...(hooks.onLine && { onLine: hooks.onLine }),
    };
    const webUrl = `http://127.0.0.1:${context.ports.PORT}`;
    const bringUp = async () => {
      if (settings.mode === 'production') await buildWeb(context);
      await startWeb(context, { ROLLCALL_URL: webUrl, ...values }, webUrl);
    };
    await Promise.race([bringUp(), whenAborted(hooks.signal)]);
    return { webUrl, failed: children.failed, stop: () => children.stop() };
  } catch (error) {
    await children.stop();
    throw error;
  }
}
