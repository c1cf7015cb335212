/** `npm start` and `npm run dev`: the whole product in the foreground until Ctrl-C. */
import { banner, realServicesBanner } from './banner';
import { readRealServices, startOnRealServices } from './real-services';
import { readSettings, usage, type StackSettings } from './settings';
import { startStack, type StackHooks } from './stack';
import { describeError, type StackError } from './stack-error';
import { watchConvex } from './watch-convex';

/** What both ways of running have in common. */
interface Running {
  text: string;
  failed: Promise<StackError>;
  stop: () => Promise<void>;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function onStopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve(signal));
    }
  });
}

async function startLocal(settings: StackSettings, hooks: StackHooks): Promise<Running> {
  const startedAtMs = performance.now();
  const stack = await startStack(settings, hooks);
  const unwatch = settings.mode === 'development' ? watchConvex(stack, say) : () => undefined;
  return {
    text: banner(stack, settings, performance.now() - startedAtMs),
    failed: stack.failed,
    stop: () => {
      unwatch();
      return stack.stop();
    },
  };
}

async function startReal(
  settings: StackSettings,
  values: Record<string, string>,
  hooks: StackHooks,
): Promise<Running> {
  const web = await startOnRealServices(settings, values, hooks);
  return { ...web, text: realServicesBanner(web.webUrl, values) };
}

async function run(settings: StackSettings): Promise<number> {
  const stopSignal = onStopSignal();
  const showLines = settings.verbose || settings.mode === 'development';
  const abort = new AbortController();
  const hooks: StackHooks = {
    signal: abort.signal,
    onStep: (text) => say(`  ${text} ...`),
    ...(showLines && { onLine: (name: string, line: string) => say(`[${name}] ${line}`) }),
  };
  const real = settings.forceLocal ? undefined : readRealServices();
  const starting = real ? startReal(settings, real, hooks) : startLocal(settings, hooks);
  const first = await Promise.race([starting, stopSignal]);
  if (typeof first === 'string') {
    say('Stopping.');
    abort.abort();
    const late = await starting.catch(() => undefined);
    await late?.stop();
    return 0;
  }
  say(first.text);
  const ending = await Promise.race([first.failed, stopSignal]);
  if (typeof ending !== 'string') process.stderr.write(`\n${describeError(ending)}\n`);
  else say('\nStopping. Data stays in the data folder; npm start goes on from here.');
  await first.stop();
  return typeof ending === 'string' ? 0 : 1;
}

try {
  const settings = readSettings(process.argv.slice(2));
  if (settings === 'help') say(usage);
  else process.exitCode = await run(settings);
} catch (error) {
  process.stderr.write(`\n${describeError(error)}\n`);
  process.exitCode = 1;
}
