/**
 * `npm run chaos -- --runs N [--seed S] [--workers W]`: N random schedules against the real
 * functions and a fake Clerk, seeds S, S+1, ...; the exit code is 1 when one fails. What is printed
 * for a failure replays exactly that one.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Played, Range } from './support/simulation/worker';

const worker = fileURLToPath(new URL('./support/simulation/worker.ts', import.meta.url));
/** Schedules that a worker plays between two reports. */
const batch = 50;
const seedMax = 2 ** 31;
const progressEveryMs = 10_000;
/** More traces would bury the first. */
const tracesShown = 5;

function whole(name: string, text: string, min: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= seedMax) return value;
  throw new Error(`--${name} is "${text}". Give a whole number from ${min} to ${seedMax}.`);
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});
const runs = whole('runs', values.runs, 1);
const first = values.seed === undefined ? randomInt(1, seedMax / 2) : whole('seed', values.seed, 0);
const workers = Math.min(whole('workers', values.workers, 1), Math.ceil(runs / batch));

const startedAtMs = performance.now();
const failed: Played['failures'] = [];
let [given, done] = [0, 0];
let reportedAtMs = startedAtMs;

function nextRange(): Range | undefined {
  if (given >= runs) return undefined;
  const range = { from: first + given, count: Math.min(batch, runs - given) };
  given += range.count;
  return range;
}

function report(): void {
  const tookS = Math.round((performance.now() - startedAtMs) / 1_000);
  process.stdout.write(`${done} of ${runs}, ${failed.length} failed, ${tookS} s\n`);
}

function take(played: Played): void {
  done += played.count;
  for (const failure of played.failures) {
    if (failed.length < tracesShown) process.stdout.write(`\n${failure.trace}\n\n`);
    failed.push(failure);
  }
  if (performance.now() - reportedAtMs < progressEveryMs) return;
  reportedAtMs = performance.now();
  report();
}

async function work(): Promise<void> {
  const child: ChildProcess = fork(worker, [], { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('a worker ended by itself');
  });
  // Seen by the race below; after the last range the end is what was asked for.
  ended.catch(() => {});
  for (let range = nextRange(); range; range = nextRange()) {
    child.send(range);
    // Whoever plays ranges answers with what is declared beside it.
    const [played] = (await Promise.race([once(child, 'message'), ended])) as [Played];
    take(played);
  }
  child.disconnect();
}

process.stdout.write(`${runs} schedules from seed ${first}, ${workers} workers\n`);
await Promise.all(Array.from({ length: workers }, work));
report();
for (const { seed } of failed) {
  process.stdout.write(`Replay: npm run chaos -- --runs 1 --seed ${seed}\n`);
}
process.exitCode = failed.length === 0 ? 0 : 1;
