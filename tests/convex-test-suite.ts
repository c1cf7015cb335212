/**
 * `npm run conformance:convex-test -- FOLDER`: convex-test's own tests, read from a folder outside
 * of this repository (a checkout of github.com/get-convex/convex-test), against the local runtime.
 * The exit code is 1 when one fails that is not excluded, or an exclusion is out of date.
 */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  cpSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exclusions } from './conformance/convex-test-suite/exclusions';
import { rootDir, runStep, vitestScript } from './support/steps';

interface Report {
  testResults: {
    name: string;
    message?: string;
    assertionResults: {
      fullName: string;
      title: string;
      ancestorTitles: string[];
      status: string;
      failureMessages?: string[];
    }[];
  }[];
}

const facade = path.join(rootDir, 'tests/conformance/convex-test-suite/facade.ts');
const [folder = process.env['CONVEX_TEST_SUITE_DIR']] = process.argv.slice(2);
if (!folder || !existsSync(path.join(folder, 'convex'))) {
  throw new Error(
    'Name the folder of convex-test: npm run conformance:convex-test -- FOLDER, or CONVEX_TEST_SUITE_DIR.',
  );
}
const copy = mkdtempSync(path.join(tmpdir(), 'convex-test-suite-'));
try {
  // A copy, so that packages are found beside it and nothing is written into the folder.
  cpSync(path.join(folder, 'convex'), path.join(copy, 'convex'), { recursive: true });
  // What the tests import convexTest() from.
  writeFileSync(
    path.join(copy, 'index.ts'),
    `import { convexTestOver } from ${JSON.stringify(facade)};
export const convexTest = convexTestOver(import.meta.glob('./convex/**/*.*s'));\n`,
  );
  symlinkSync(path.join(rootDir, 'node_modules'), path.join(copy, 'node_modules'));
  const file = path.join(copy, 'report.json');
  const result = await runStep({
    name: 'convex-test',
    script: vitestScript,
    args: [
      'run',
      '--config',
      'tests/conformance/convex-test-suite/vitest.config.ts',
      '--reporter',
      'json',
      '--outputFile',
      file,
    ],
    env: { CONVEX_TEST_SUITE_DIR: copy },
  });
  if (!existsSync(file)) throw new Error(result.output);
  // Vitest wrote it.
  report(JSON.parse(readFileSync(file, 'utf8')) as Report);
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function report({ testResults }: Report): void {
  const excluded = new Map(
    exclusions.flatMap(({ reason, tests }) => tests.map((test) => [test, reason])),
  );
  const problems: string[] = [];
  const seen = new Set<string>();
  let passed = 0;
  for (const { name: file, message, assertionResults } of testResults) {
    const base = path.basename(file);
    if (assertionResults.length === 0) problems.push(`${base} ran no test: ${message ?? ''}`);
    for (const { ancestorTitles, title, status, failureMessages } of assertionResults) {
      const name = [base, ...ancestorTitles, title].join(' > ');
      seen.add(name);
      if (status === 'passed') passed += 1;
      if (status === 'passed' && excluded.has(name))
        problems.push(`${name} passes: take it off the exclusions`);
      if (status !== 'passed' && !excluded.has(name))
        problems.push(`${name}: ${failureMessages?.join('\n') ?? status}`);
    }
  }
  for (const name of excluded.keys())
    if (!seen.has(name)) problems.push(`${name} is excluded, and there is no such test`);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  for (const { reason, tests } of exclusions)
    process.stdout.write(`excluded, ${tests.length}: ${reason}\n`);
  process.stdout.write(
    `${passed} of ${seen.size} tests of convex-test pass, ${excluded.size} are excluded\n`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
