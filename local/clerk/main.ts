import { join } from 'node:path';
import { rateLimitModes, type RateLimitMode } from './backend/rate-limits';
import { startLocalClerk, type LocalClerk, type LocalClerkOptions } from './start-local-clerk';

const portDefault = 4400;
const portMax = 65_535;
const seedMax = 1_000_000;
/** The web app and Convex start beside this process; building them can take this long. */
const startGraceMs = 120_000;

/** What the supervisor hears over the IPC channel; see docs/contracts.md. */
type Message = ReadyMessage | { kind: 'failed'; message: string };

interface ReadyMessage {
  kind: 'ready';
  url: string;
  publishableKey: string;
  secretKey: string;
  webhookSecret: string;
  jwtKey: string;
  instanceId: string;
  dashboardUrl: string;
  demo: LocalClerk['demo'];
}

class SettingError extends Error {}

function optionsFromEnvironment(env: NodeJS.ProcessEnv): LocalClerkOptions {
  const dataDir = env.CLERK_DATA_DIR || join(env.ROLLCALL_DATA_DIR || '.rollcall', 'clerk');
  return {
    dataDir,
    port: wholeSetting(env, 'CLERK_PORT', portDefault, portMax),
    webhookUrls: urlsSetting(env.CLERK_WEBHOOK_URLS ?? ''),
    rateLimits: rateLimitsSetting(env.CLERK_RATE_LIMITS || 'production'),
    seed: { users: wholeSetting(env, 'CLERK_SEED_USERS', 0, seedMax) },
    startGraceMs,
  };
}

function wholeSetting(env: NodeJS.ProcessEnv, name: string, fallback: number, max: number): number {
  const given = env[name];
  if (given === undefined || given === '') return fallback;
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (value <= max) return value;
  throw new SettingError(`${name} is "${given}". Set it to a whole number from 0 to ${max}.`);
}

function urlsSetting(given: string): string[] {
  const urls = given.split(/\s+/).filter(Boolean);
  for (const url of urls) {
    if (URL.canParse(url) && /^https?:/.test(url)) continue;
    throw new SettingError(`CLERK_WEBHOOK_URLS has "${url}". Give full http(s) addresses.`);
  }
  return urls;
}

function rateLimitsSetting(given: string): RateLimitMode {
  const mode = rateLimitModes.find((name) => name === given);
  if (mode) return mode;
  throw new SettingError(`CLERK_RATE_LIMITS is "${given}". Use ${rateLimitModes.join(', ')}.`);
}

/** The text a person reads when the start failed: what is wrong and the way out. */
function explain(error: unknown, options: LocalClerkOptions | null): string {
  if (error instanceof SettingError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE' && options) {
    return (
      `Port ${options.port} is taken, so the local Clerk cannot start. ` +
      `Stop what is using it, or set CLERK_PORT to another port.`
    );
  }
  if ((code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR') && options) {
    return (
      `The local Clerk cannot write to ${options.dataDir} (${String(code)}). ` +
      `Set ROLLCALL_DATA_DIR to a folder of your own.`
    );
  }
  if ((code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') && options) {
    return (
      `${join(options.dataDir, 'clerk.sqlite')} is damaged (${String(code)}). ` +
      `Restore it from a copy, or start empty with npm run reset.`
    );
  }
  return `The local Clerk could not start: ${error instanceof Error ? error.message : String(error)}`;
}

function readyMessage({ url, services, demo }: LocalClerk): ReadyMessage {
  const { publishableKey, secretKey, webhookSecret, publicKeyPem, instanceId } = services.keys;
  return {
    kind: 'ready',
    url,
    publishableKey,
    secretKey,
    webhookSecret,
    jwtKey: publicKeyPem,
    instanceId,
    dashboardUrl: `${url}/dashboard`,
    demo,
  };
}

/** Tells the supervisor or, when started by hand, the terminal. */
function report(message: Message): Promise<void> {
  if (process.send) {
    return new Promise((resolve) => process.send?.(message, () => resolve()));
  }
  if (message.kind === 'failed') console.error(message.message);
  else console.log(`local Clerk on ${message.url}, its page on ${message.dashboardUrl}`);
  return Promise.resolve();
}

async function main(): Promise<void> {
  let options: LocalClerkOptions | null = null;
  let clerk: LocalClerk;
  try {
    options = optionsFromEnvironment(process.env);
    clerk = await startLocalClerk(options);
  } catch (error) {
    await report({ kind: 'failed', message: explain(error, options) });
    process.exit(1);
  }
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void clerk.close().finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  await report(readyMessage(clerk));
}

await main();
