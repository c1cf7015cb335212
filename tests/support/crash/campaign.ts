import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Json } from '../../../local/convex/values/value';
import type { Answer, Life } from './requests';

const rootDir = fileURLToPath(new URL('../../..', import.meta.url));
const requestsPerLife = 40;
/** With so much to do again a life gets nothing new: where lives are short it would grow for ever. */
const unansweredMax = 400;
/** Answered requests that a life repeats besides the unanswered ones. */
const repeatedPerLife = 4;
/** Steps of the file that a life with that many requests takes, about; crashes fall in all of them. */
const stepsPerLife = { alone: 1_800, inThread: 900 };
/** About as long as a life lasts on an idle machine once it has started. */
const lifeMs = 150;
const never = Number.MAX_SAFE_INTEGER;

export interface CampaignResult {
  answers: Map<number, Json>;
  /** Requests sent in all lives: 0 up to, and without, this. */
  sent: number;
  crashes: number;
  /** Answers to repeated requests that were not the first one. */
  changedAnswers: string[];
}

/** The child as one file: a process that starts in a tenth of the time `tsx` takes. */
export async function buildChild(): Promise<{ file: string; remove: () => void }> {
  const dir = mkdtempSync(join(tmpdir(), 'rollcall-crash-'));
  const file = join(dir, 'child.mjs');
  await build({
    entryPoints: ['child.ts', 'crashing-thread.ts'].map((name) =>
      fileURLToPath(new URL(name, import.meta.url)),
    ),
    outdir: dir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  // Read at run time, from beside the code.
  const prelude = join('local', 'convex', 'functions', 'prelude');
  cpSync(join(rootDir, prelude), join(dir, 'prelude'), { recursive: true });
  symlinkSync(join(rootDir, 'node_modules'), join(dir, 'node_modules'));
  return { file, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Runs one life; true when it came to its end instead of being killed. */
async function live(
  file: string,
  life: Life,
  killAfterMs: number | undefined,
  onAnswer: (answer: Answer) => void,
) {
  const child = spawn(process.execPath, [file, JSON.stringify(life)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  let timer: NodeJS.Timeout | undefined;
  const closed = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('close', (_code, signal) => resolve(signal)),
  );
  let isDone = false;
  for await (const line of createInterface(child.stdout)) {
    const message = JSON.parse(line) as Answer | 'ready' | 'done';
    // From here on: most of a life on a busy machine is its start.
    if (message === 'ready') {
      if (killAfterMs !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    } else if (message === 'done') isDone = true;
    else onAnswer(message);
  }
  const signal = await closed;
  clearTimeout(timer);
  if (!isDone && signal !== 'SIGKILL') throw new Error(`A life ended by itself: ${errors}`);
  return isDone;
}

export interface CampaignOptions {
  file: string;
  folder: string;
  crashes: number;
  random: () => number;
  /** Called after some of the crashes, while nobody has the folder open. */
  inspect(crash: number): void;
}

/**
 * Kills process after process over one data folder, at random steps of its file or at random
 * moments, and in the end lets one finish. Each sends what the one before left unanswered again.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { file, folder, random } = options;
  mkdirSync(folder, { recursive: true });
  const result: CampaignResult = { answers: new Map(), sent: 0, crashes: 0, changedAnswers: [] };
  const note = ({ number, value }: Answer) => {
    const known = result.answers.get(number);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(value)) {
      result.changedAnswers.push(
        `${number}: ${JSON.stringify(known)}, then ${JSON.stringify(value)}`,
      );
    }
    result.answers.set(number, value);
  };
  for (;;) {
    const isLast = result.crashes >= options.crashes;
    const numbers = Array.from({ length: result.sent }, (_, number) => number);
    const unanswered = numbers.filter((number) => !result.answers.has(number));
    const answered = [...result.answers.keys()];
    const repeated = Array.from(
      { length: Math.min(repeatedPerLife, answered.length) },
      () => answered[Math.floor(random() * answered.length)] ?? 0,
    );
    const isFull = unanswered.length > unansweredMax;
    const to = result.sent + (isLast || isFull ? 0 : requestsPerLife);
    const isByStep = random() < 0.6;
    const isThreaded = random() < 0.6;
    const steps = isThreaded ? stepsPerLife.inThread : stepsPerLife.alone;
    const life: Life = {
      folder,
      isThreaded,
      crashAt: isLast || !isByStep ? never : 1 + Math.floor(random() * steps),
      // What was answered comes first: few lives get to their end.
      again: [...new Set([...repeated, ...unanswered])],
      from: result.sent,
      to,
    };
    const killAfterMs = isLast || isByStep ? undefined : Math.floor(random() * lifeMs);
    result.sent = to;
    const isDone = await live(file, life, killAfterMs, note);
    if (isLast) return result;
    if (isDone) continue;
    result.crashes += 1;
    // Seldom: it opens the file, and so brings to order what the next life should find.
    if (random() < 0.1) options.inspect(result.crashes);
  }
}
