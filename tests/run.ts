/**
 * `npm test`: everything. Static checks, then every vitest project including the browser tests.
 * The last line is the whole result, e.g. `512 passed, 0 failed, 3 skipped`; a static check that
 * fails counts as one failure. Arguments go to vitest (`npm test -- --project e2e`).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runStep, runSteps, staticSteps, vitestScript } from './support/steps';
import { summarise, unreadable } from './support/summary';
import { tallyFileVariable, type Tally } from './support/tally-reporter';

async function runVitest(): Promise<Tally> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-tests-'));
  const file = path.join(folder, 'tally.json');
  try {
    const reporter = './tests/support/tally-reporter.ts';
    const result = await runStep(
      {
        name: 'tests',
        script: vitestScript,
        args: ['run', '--reporter', 'default', '--reporter', reporter, ...process.argv.slice(2)],
        env: { [tallyFileVariable]: file },
      },
      { live: true },
    );
    // Our own reporter wrote it, in this very run.
    const tally = JSON.parse(readFileSync(file, 'utf8')) as Tally;
    if (!result.passed && tally.failed === 0 && tally.broken.length === 0) {
      tally.broken.push('vitest ended with an error although every test passed');
    }
    return tally;
  } catch (error) {
    return unreadable(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const checks = await runSteps(staticSteps);
const tally = await runVitest();
const summary = summarise(
  tally,
  checks.filter(({ passed }) => !passed).map(({ name }) => name),
);
process.stdout.write(`\n${summary.lines.join('\n')}\n`);
process.exitCode = summary.ok ? 0 : 1;
