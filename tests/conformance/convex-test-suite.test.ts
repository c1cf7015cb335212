/**
 * convex-test's own public tests over the local runtime. They are not part of this repository:
 * `CONVEX_TEST_SUITE_DIR` names a checkout of github.com/get-convex/convex-test.
 */
import { expect, it } from 'vitest';
import { runStep } from '../support/steps';

const folder = process.env['CONVEX_TEST_SUITE_DIR'];
const title = folder
  ? "convex-test's own tests pass, except those excluded by name"
  : "convex-test's own tests: NOT RUN, set CONVEX_TEST_SUITE_DIR to a checkout of get-convex/convex-test";

it.skipIf(!folder)(title, { timeout: 300_000 }, async () => {
  const result = await runStep({
    name: 'convex-test',
    script: 'tsx/dist/cli.mjs',
    args: ['tests/convex-test-suite.ts', folder ?? ''],
  });
  expect(result.output).toMatch(/\d{3} of \d{3} tests of convex-test pass/);
  expect(result).toMatchObject({ passed: true });
});
