import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What a run came to, as counted from its own results. */
export interface Tally {
  passed: number;
  failed: number;
  /** Full titles, so that nothing is left out silently. */
  skipped: string[];
  /** Full titles of what failed first and passed when it was run once more. */
  retried: string[];
  /** Files that could not be loaded, and errors outside of any test. */
  broken: string[];
}

export const tallyFileVariable = 'ROLLCALL_TALLY_FILE';

function title(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function count(testModules: ReadonlyArray<TestModule>): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: [], retried: [], broken: [] };
  for (const module of testModules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') tally.passed += 1;
      else if (state === 'skipped') tally.skipped.push(title(test));
      // `pending`: the run ended before the test did.
      else tally.failed += 1;
      if (state === 'passed' && test.diagnostic()?.flaky) tally.retried.push(title(test));
    }
    for (const error of module.errors()) {
      tally.broken.push(`${module.relativeModuleId}: ${error.message}`);
    }
  }
  return tally;
}

/** Vitest reporter that writes the run's tally to the file named in the environment. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(
    testModules: ReadonlyArray<TestModule>,
    unhandledErrors: ReadonlyArray<{ message: string }>,
  ): void {
    const file = process.env[tallyFileVariable];
    if (file === undefined) throw new Error(`${tallyFileVariable} names no file.`);
    const tally = count(testModules);
    for (const error of unhandledErrors) tally.broken.push(error.message);
    writeFileSync(file, JSON.stringify(tally));
  }
}
