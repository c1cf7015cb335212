/**
 * `npm run bench`: two numbers of the whole product, on a stack of its own. Bounded: about half a
 * minute. `--events N` and `--sign-ins N` change the sample. Writes `bench/results.json`.
 */
import { writeFileSync } from 'node:fs';
import { cpus, platform, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startStack } from '../tests/support/stack-world';
import { benchSignIn } from './sign-in';
import type { Spread } from './statistics';
import { benchWebhooks } from './webhooks';

/** More would only make it longer: rates settle well before. */
const eventsMax = 20_000;
const signInsMax = 1_000;

function bounded(text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new Error(`${text} is not a whole number from 1 to ${max}`);
}

function machine() {
  const [first] = cpus();
  return {
    cores: cpus().length,
    cpu: first?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: platform(),
    node: process.version,
  };
}

function text({ medianMs, p99Ms, samples }: Spread): string {
  return `median ${medianMs} ms, p99 ${p99Ms} ms (${samples} samples)`;
}

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000' },
    'sign-ins': { type: 'string', default: '100' },
  },
});
const world = await startStack();
try {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const on = machine();
  say(`${on.cores} cores (${on.cpu}), ${on.memoryGiB} GiB, ${on.platform}, Node ${on.node}\n`);

  const signIn = await benchSignIn(world, bounded(values['sign-ins'], signInsMax));
  say('Sign-in to first authenticated HTML');
  say(`  sign-in (Frontend API)   ${text(signIn.signIn)}`);
  say(`  GET /dashboard           ${text(signIn.firstHtml)}`);
  say(`  both                     ${text(signIn.whole)}\n`);

  const webhooks = await benchWebhooks(world, bounded(values.events, eventsMax));
  say(`Signed webhooks until durable, ${webhooks.inFlight} in flight`);
  for (const { address, eventsPerSecond, latency } of [webhooks.web, webhooks.convex]) {
    say(`  ${address.padEnd(24)} ${eventsPerSecond}/s, ${text(latency)}`);
  }
  say(`  web app over Convex      ${webhooks.ratio}`);

  const report = { at: new Date().toISOString(), machine: on, signIn, webhooks };
  const file = fileURLToPath(new URL('results.json', import.meta.url));
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  say(`\nWritten to bench/results.json`);
} finally {
  await world.stop();
}
