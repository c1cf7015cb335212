import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const rootDir = fileURLToPath(new URL('../../', import.meta.url));

/** One tool of the checks, run from `node_modules` without npx. */
export interface Step {
  name: string;
  /** Relative to `node_modules`. */
  script: string;
  args: string[];
  env?: Record<string, string>;
}

export interface StepResult {
  name: string;
  passed: boolean;
  output: string;
  tookMs: number;
}

/** Format, types, lint and dead code: everything that needs no test to run. */
export const staticSteps: Step[] = [
  { name: 'types', script: 'typescript/bin/tsc', args: ['--noEmit', '-p', '.'] },
  { name: 'lint', script: 'oxlint/bin/oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', script: 'prettier/bin/prettier.cjs', args: ['--check', '.'] },
  { name: 'dead code', script: 'knip/bin/knip.js', args: ['--no-progress'] },
];

export const vitestScript = 'vitest/vitest.mjs';

/** Runs one step; `live` shows its output as it comes, otherwise it is kept. */
export function runStep(step: Step, options: { live?: boolean } = {}): Promise<StepResult> {
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`node_modules/${step.script}`, ...step.args], {
      cwd: rootDir,
      env: { ...process.env, ...step.env },
      stdio: ['ignore', options.live ? 'inherit' : 'pipe', options.live ? 'inherit' : 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const end = (passed: boolean, note = '') =>
      resolve({
        name: step.name,
        passed,
        output: Buffer.concat(chunks).toString() + note,
        tookMs: performance.now() - startedAtMs,
      });
    child.once('error', (error) => end(false, error.message));
    child.once('close', (code) => end(code === 0));
  });
}

/** Runs the steps two at a time (two cores are the reference) and prints what failed in full. */
export async function runSteps(steps: readonly Step[]): Promise<StepResult[]> {
  const waiting = [...steps];
  const results: StepResult[] = [];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      const mark = result.passed ? 'ok    ' : 'FAILED';
      process.stdout.write(`${mark} ${result.name} (${(result.tookMs / 1000).toFixed(1)} s)\n`);
      if (!result.passed) process.stdout.write(`${result.output.trimEnd()}\n`);
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}
