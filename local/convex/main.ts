/**
 * The local Convex process (docs/contracts.md): settings from the environment, one `ready` or
 * `failed` message to the parent, ends on SIGTERM, SIGINT or when the parent goes.
 */
import { join } from 'node:path';
import { startLocalConvex, type LocalConvex } from './start-local-convex';
import { StartError } from './start-error';
import { stallMsMax, startWatchdog } from './watchdog';

/** Built beside this file (`local/stack/convex-program.ts`); Node runs no thread from TypeScript. */
const writerProgram = import.meta.url.endsWith('.ts')
  ? undefined
  : new URL('writer-thread.mjs', import.meta.url);

interface Settings {
  dataDir: string;
  port: number;
  sitePort: number;
  stallMs: number;
}

/** Every wrong setting is named at once. */
function readSettings(env: NodeJS.ProcessEnv): Settings {
  const problems: string[] = [];
  const port = (name: string, byDefault: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return byDefault;
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    problems.push(`${name} must be a port number (0 for any free one), not "${text}".`);
    return byDefault;
  };
  const settings = {
    dataDir: env.CONVEX_DATA_DIR || join(env.ROLLCALL_DATA_DIR || '.rollcall', 'convex'),
    port: port('CONVEX_PORT', 3210),
    sitePort: port('CONVEX_SITE_PORT', 3211),
    // For tests, of the whole stack too: nobody else has a reason to be less patient.
    stallMs: Number(env.ROLLCALL_STALL_MS) || stallMsMax,
  };
  if (settings.port !== 0 && settings.port === settings.sitePort) {
    problems.push('CONVEX_PORT and CONVEX_SITE_PORT must differ.');
  }
  if (problems.length > 0) throw new StartError(problems.join(' '));
  return settings;
}

/** Tells the parent; on a terminal, prints. */
async function tell(message: object, text: string): Promise<void> {
  if (!process.send) {
    process.stdout.write(`${text}\n`);
    return;
  }
  // The promise matters for `failed`: the process exits right after.
  await new Promise<void>((resolve) => process.send?.(message, () => resolve()));
}

async function main(): Promise<void> {
  let convex: LocalConvex;
  try {
    const settings = readSettings(process.env);
    convex = await startLocalConvex({ ...settings, writerProgram });
    startWatchdog(settings.stallMs);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // A known failure says it all in its message; for the others the log keeps the stack.
    const isCoded = error instanceof StartError || (error instanceof Error && 'code' in error);
    if (!isCoded && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    await tell({ kind: 'failed', message }, message);
    process.exit(1);
  }
  endWithParent(convex);
  const { url, siteUrl, adminKey, deployed } = convex;
  await tell(
    { kind: 'ready', url, siteUrl, adminKey, deployed },
    `Convex at ${url}, HTTP actions at ${siteUrl}`,
  );
}

function endWithParent(convex: LocalConvex): void {
  const end = () => {
    convex.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(
          `Closing failed: ${error instanceof Error ? error.stack : String(error)}\n`,
        );
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, end);
  if (process.send) process.once('disconnect', end);
}

// Functions on Convex see no other time zone.
process.env['TZ'] = 'UTC';
await main();
