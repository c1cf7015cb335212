import type { Tally } from './tally-reporter';

export interface Summary {
  /** The last line is the result, alone on its line. */
  lines: string[];
  ok: boolean;
}

/** The tally of a run whose results could not be read: never a success. */
export function unreadable(error: unknown): Tally {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    passed: 0,
    failed: 0,
    skipped: [],
    retried: [],
    broken: [`the results could not be read: ${reason}`],
  };
}

/** Says what was skipped, retried and broken by name, then the counts. No tests at all is a failure. */
export function summarise(tally: Tally, failedChecks: readonly string[]): Summary {
  const lines: string[] = [];
  if (tally.skipped.length > 0) lines.push('Skipped:', ...tally.skipped.map((name) => `  ${name}`));
  if (tally.retried.length > 0) {
    lines.push('Passed at the second try only:', ...tally.retried.map((name) => `  ${name}`));
  }
  if (tally.broken.length > 0) lines.push('Broken:', ...tally.broken.map((name) => `  ${name}`));
  if (failedChecks.length > 0) lines.push(`Checks that failed: ${failedChecks.join(', ')}`);
  const none = tally.passed + tally.failed === 0;
  if (none && tally.broken.length === 0) lines.push('No test ran.');
  const failed = tally.failed + tally.broken.length + failedChecks.length;
  const skipped = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : '';
  lines.push(`${tally.passed} passed, ${failed} failed${skipped}`);
  return { lines, ok: failed === 0 && !none };
}
