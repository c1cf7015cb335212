import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Vitest 5 prints failures through `Map.groupBy`, which Node 20 does not have yet. */
function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
if (!('groupBy' in Map)) Object.defineProperty(Map, 'groupBy', { value: groupBy });

const source = fileURLToPath(new URL('./src', import.meta.url));

/** Two cores are the reference machine; the e2e project has the whole of it for its one stack. */
const workers = 2;

/** Half a minute and more, which their size does not tell. */
const longest =
  /\/(convex-simulation|convex-crash|convex-fuzz|convex-cli|convex-functions-deploy)\.test\.ts$/;

/** Begins with them, so that no core waits for one of them in the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => longest.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

interface Kind {
  name: string;
  include: string[];
  /** Kinds of one group run side by side, groups one after the other. */
  group: number;
  testTimeoutMs?: number;
  environment?: 'node' | 'edge-runtime';
  workers?: number;
  retry?: number;
  setupFiles?: string[];
}

function project(kind: Kind): TestProjectInlineConfiguration {
  // Properties run many cases; on a busy machine each takes several times as long.
  const timeoutMs = kind.testTimeoutMs ?? 60_000;
  return {
    extends: true,
    test: {
      name: kind.name,
      include: kind.include,
      environment: kind.environment ?? 'node',
      testTimeout: timeoutMs,
      retry: kind.retry ?? 0,
      ...(kind.setupFiles && { setupFiles: kind.setupFiles }),
      // Vitest's own second is too short for what goes through outbox and webhooks on a busy machine.
      expect: { poll: { timeout: 30_000 } },
      hookTimeout: Math.max(timeoutMs, 60_000),
      maxWorkers: kind.workers ?? workers,
      fileParallelism: (kind.workers ?? workers) > 1,
      sequence: { groupOrder: kind.group },
    },
  };
}

const beside = (...folders: string[]) => folders.map((folder) => `${folder}/**/*.test.{ts,tsx}`);

export default defineConfig({
  resolve: { alias: { '~': source } },
  test: {
    exclude: ['**/node_modules/**', '**/dist/**', '**/.rollcall*/**'],
    passWithNoTests: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      project({ name: 'unit', include: beside('src', 'local', 'cli', 'tests/support'), group: 0 }),
      project({
        name: 'convex',
        include: beside('convex'),
        // What convex-test asks for: the globals that Convex's own runtime has.
        environment: 'edge-runtime',
        group: 0,
      }),
      project({
        name: 'property',
        include: beside('tests/property'),
        group: 1,
      }),
      project({
        name: 'regression',
        include: beside('tests/regression'),
        group: 1,
      }),
      project({
        name: 'conformance',
        include: beside('tests/conformance'),
        group: 1,
      }),
      project({
        name: 'integration',
        include: beside('tests/integration'),
        group: 1,
      }),
      project({
        name: 'e2e',
        include: beside('tests/e2e'),
        testTimeoutMs: 120_000,
        workers: 1,
        // A browser on a busy machine: once more, and the last lines of the run name the test.
        retry: 1,
        setupFiles: ['tests/support/fail-first-try.ts'],
        group: 2,
      }),
    ],
  },
});
