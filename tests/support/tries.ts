import { afterAll, beforeAll, beforeEach, type TestContext } from 'vitest';

/** How often the test has been tried before: 0 unless it is its second try. */
export function triesBefore({ task }: TestContext): number {
  return task.result?.retryCount ?? 0;
}

const startMsMax = 180_000;

/**
 * Starts a world before the tests of a file and ends it after them. A second try begins in a new
 * one, untouched by the first: for files whose tests build on nothing that another one has done.
 */
export function useWorld(start: () => Promise<void>, stop: () => Promise<void>): void {
  beforeAll(start, startMsMax);
  afterAll(stop);
  beforeEach(async (context) => {
    if (triesBefore(context) === 0) return;
    await stop();
    await start();
  }, startMsMax);
}
