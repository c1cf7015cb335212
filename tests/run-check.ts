/** `npm run check`: format, types, lint, dead code and unit tests. Fast: run it before a commit. */
import { runSteps, staticSteps, vitestScript, type Step } from './support/steps';

const unit: Step = {
  name: 'unit tests',
  script: vitestScript,
  args: ['run', '--project', 'unit', '--project', 'convex', '--reporter', 'default'],
  env: { NO_COLOR: '1' },
};

// The longest first, so that two workers end at about the same time.
const results = await runSteps([unit, ...staticSteps]);
const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
process.stdout.write(
  failed.length === 0 ? 'check passed\n' : `check failed: ${failed.join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
