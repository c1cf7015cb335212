import { CliError } from './cli-error';
import { convexAdmin, type ConvexAdmin } from './convex-admin';
import { terminalOutput, type Output } from './output';
import { convexAccess, loadSettings, redactor, type Settings } from './settings';

/** What every command works with; tests hand in their own. */
export interface CommandContext {
  settings: Settings;
  output: Output;
  /** Throws `NOT_CONFIGURED` where address or key are missing. */
  convex: () => ConvexAdmin;
}

export function terminalContext(): CommandContext {
  const settings = loadSettings();
  return {
    settings,
    output: terminalOutput(redactor(settings)),
    convex: () => convexAdmin(convexAccess(settings)),
  };
}

/** Exit codes: 0 done, 1 failed, 2 done in part. */
export type ExitCode = 0 | 1 | 2;

/** Prints an expected failure (as JSON with `--json`) and returns its exit code. */
export function reportError(output: Output, error: unknown, json: boolean): ExitCode {
  const failure =
    error instanceof CliError
      ? error
      : new CliError('INTERNAL', {
          message: error instanceof Error ? error.message : String(error),
          wayOut: 'This is a fault of Rollcall; docs/guides/errors.md says how to report it.',
        });
  const { code, message, wayOut } = failure;
  if (json) output.json({ error: { code, message, wayOut } });
  else output.error(`${code}: ${message}\n${wayOut}`);
  return 1;
}
