/**
 * `npm run bench [-- SUBJECT...] [--OPTION N...]`: all subjects, or those named. Each writes
 * `bench/results-SUBJECT.json`. A new subject is one file and one line below.
 */
import { writeFileSync } from 'node:fs';
import { cpus, platform, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startStack, type World } from '../tests/support/stack-world';
import { console } from './console';
import { memory, runtime } from './runtime/subject';
import { signIn } from './sign-in';
import type { Bench, Subject } from './subject';
import { sync } from './sync';
import { webhooks } from './webhooks';

const subjects: Record<string, Subject> = {
  'sign-in': signIn,
  webhooks,
  sync,
  runtime,
  memory,
  console,
};

/** Every option is a number, so that subjects can add theirs without a list here. */
function readArguments(args: readonly string[]) {
  const options: Record<string, { type: 'string' }> = {};
  for (const arg of args) if (arg.startsWith('--')) options[arg.slice(2)] = { type: 'string' };
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const unknown = positionals.find((name) => !subjects[name]);
  if (unknown !== undefined) {
    const list = Object.entries(subjects).map(
      ([name, { about }]) => `  ${name.padEnd(10)} ${about}`,
    );
    throw new Error(`There is no subject "${unknown}". Subjects:\n${list.join('\n')}`);
  }
  const names = positionals.length > 0 ? positionals : Object.keys(subjects);
  return { names, values: new Map(Object.entries(values)) };
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

const { names, values } = readArguments(process.argv.slice(2));
let world: Promise<World> | undefined;
const bench: Bench = {
  say: (line) => process.stdout.write(`${line}\n`),
  stack: () => (world ??= startStack()),
  option: (name, byDefault, max) => {
    const text = values.get(name) ?? String(byDefault);
    const value = Number(text);
    if (/^\d+$/.test(String(text)) && value >= 1 && value <= max) return value;
    throw new Error(`--${name} ${text} is not a whole number from 1 to ${max}`);
  },
};
const on = machine();
bench.say(`${on.cores} cores (${on.cpu}), ${on.memoryGiB} GiB, ${on.platform}, Node ${on.node}`);
try {
  for (const [name, subject] of Object.entries(subjects)) {
    if (!names.includes(name)) continue;
    bench.say(`\n${name}: ${subject.about}`);
    const figures = await subject.run(bench);
    const report = { at: new Date().toISOString(), machine: on, ...figures };
    const file = `results-${name}.json`;
    writeFileSync(
      fileURLToPath(new URL(file, import.meta.url)),
      `${JSON.stringify(report, null, 2)}\n`,
    );
    bench.say(`  written to bench/${file}`);
  }
} finally {
  await (await world)?.stop();
}
