import type { CommandContext, ExitCode } from '../context';
import type { ConvexAdmin } from '../convex-admin';
import { askPage, syncChange, syncError, type SyncChange, type SyncRun } from '../operator-api';
import { printable } from '../output';
import { followRun, onInterrupt } from './follow';
import { progressFor } from './progress';
import { changeText, runText } from './run-text';

interface Options {
  verbose?: boolean;
  json?: boolean;
}

/** Changes and errors that are printed without `--verbose`. */
const shownMax = 20;

/** Exit code 2: it ended, but not everything got through. */
function exitCodeOf(run: SyncRun): ExitCode {
  if (run.status !== 'completed') return 1;
  const { users, organizations, memberships } = run.tallies;
  return users.failed + organizations.failed + memberships.failed > 0 ? 2 : 0;
}

function isVerbose({ verbose }: Options, env = process.env): boolean {
  return verbose === true || /^(debug|trace)$/i.test(env['LOG_LEVEL'] ?? '');
}

/** Every page of a run's changes or errors, up to what the deployment keeps. */
async function readAll<T>(
  read: (cursor?: string) => Promise<{ items: T[]; cursor: string | null }>,
  max: number,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const page: { items: T[]; cursor: string | null } = await read(cursor);
    all.push(...page.items);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined && all.length < max);
  return all;
}

async function details(convex: ConvexAdmin, run: SyncRun, max: number) {
  const args = { limit: 100, runId: run._id };
  const withCursor = (cursor?: string) => ({ ...args, ...(cursor !== undefined && { cursor }) });
  const changes: SyncChange[] =
    run.mode !== 'dryRun'
      ? []
      : await readAll(
          (cursor) => askPage(convex, syncChange, 'adminSync:changes', withCursor(cursor)),
          max,
        );
  const errors =
    run.errorsKept === 0
      ? []
      : await readAll(
          (cursor) => askPage(convex, syncError, 'adminSync:errors', withCursor(cursor)),
          max,
        );
  return { changes, errors };
}

async function report(context: CommandContext, run: SyncRun, options: Options): Promise<void> {
  const { output, convex } = context;
  const max = options.json || isVerbose(options) ? 1_000 : shownMax;
  const { changes, errors } = await details(convex(), run, max);
  if (options.json) {
    output.json({ run, changes, errors });
    return;
  }
  for (const change of changes.slice(0, max)) output.line(changeText(change));
  if (changes.length > 0) output.line();
  for (const { kind, externalId, reason } of errors.slice(0, max)) {
    output.line(`failed: ${kind} ${externalId ?? ''}: ${printable(reason)}`);
  }
  output.line(runText(run));
  const hidden = Math.max(0, run.changesKept - max) + Math.max(0, run.errorsKept - max);
  if (hidden > 0) output.line(`\nAnother ${hidden} are not shown: --verbose.`);
  if (run.mode === 'dryRun' && run.status === 'completed' && run.planHash) {
    output.line(`\nNothing was changed. To do exactly this: sync --apply ${run.planHash}`);
  }
}

/** E3: follows a run, and says how it ended. */
export async function runToEnd(
  context: CommandContext,
  runId: string,
  options: Options,
): Promise<ExitCode> {
  const convex = context.convex();
  const progress = progressFor(context.output, {
    json: options.json ?? false,
    verbose: isVerbose(options),
    isTerminal: process.stdout.isTTY,
  });
  const { signal, release } = onInterrupt();
  try {
    const run = await followRun(convex, runId, { progress, signal });
    await report(context, run, options);
    return exitCodeOf(run);
  } finally {
    release();
  }
}
