import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
// Gives Node 20 what vitest prints failures with.
import '../../../vitest.config';

/** For convex-test's own tests, in the copy that `npm run conformance:convex-test` makes of them. */

const folder = process.env['CONVEX_TEST_SUITE_DIR'];
if (!folder) throw new Error('CONVEX_TEST_SUITE_DIR names the copy.');

export default defineConfig({
  root: folder,
  cacheDir: join(folder, '.cache'),
  test: {
    include: ['convex/**/*.test.ts'],
    environment: 'node',
    maxWorkers: 2,
    // What the store waits with must stay real.
    fakeTimers: { toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] },
    testTimeout: 20_000,
  },
});
