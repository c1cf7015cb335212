/** `npm start` and `npm run dev`: the whole product in the foreground until Ctrl-C. */
import { banner } from './banner';
import { readSettings, usage, type StackSettings } from './settings';
import { startStack, type RunningStack } from './stack';
import { describeError } from './stack-error';
import { watchConvex } from './watch-convex';

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

async function run(settings: StackSettings): Promise<number> {
  const stopSignal = onStopSignal();
  const startedAtMs = performance.now();
  const showLines = settings.verbose || settings.mode === 'development';
  const starting = startStack(settings, {
    onStep: (text) => say(`  ${text} ...`),
    ...(showLines && { onLine: (name, line) => say(`[${name}] ${line}`) }),
  });
  const first = await Promise.race([starting, stopSignal]);
  if (typeof first === 'string') {
    say('Stopping.');
    // A start that is under way is let to its end, so that nothing is left half done.
    const late = await starting.catch(() => undefined);
    await late?.stop();
    return 0;
  }
  const stack: RunningStack = first;
  say(banner(stack, settings, performance.now() - startedAtMs));
  const unwatch = settings.mode === 'development' ? watchConvex(stack, say) : () => undefined;
  const ending = await Promise.race([stack.failed, stopSignal]);
  unwatch();
  if (typeof ending !== 'string') process.stderr.write(`\n${describeError(ending)}\n`);
  else say('\nStopping. Data stays in the data folder; npm start goes on from here.');
  await stack.stop();
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
