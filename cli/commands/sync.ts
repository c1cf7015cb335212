import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';
import { normaliseDomain, syncIdsMax, syncKinds } from '../../src/shared/sync';
import { jsonOption, type Run } from '../command';
import { CliError } from '../cli-error';
import type { CommandContext, ExitCode } from '../context';
import type { ConvexAdmin } from '../convex-admin';
import { printable } from '../output';
import {
  askPage,
  command,
  syncChange,
  syncError,
  type SyncChange,
  type SyncRun,
} from '../operator-api';
import { followRun, onInterrupt } from '../sync/follow';
import { progressFor } from '../sync/progress';
import { changeText, runText } from '../sync/run-text';
import { addSyncConfirm } from './sync-confirm';
import { addSyncRuns } from './sync-runs';

interface Options {
  dryRun?: boolean;
  apply?: string;
  only?: string;
  emailDomain?: string;
  id?: string[];
  verbose?: boolean;
  json?: boolean;
}

/** Changes and errors that are printed without `--verbose`. */
const shownMax = 20;

function domain(text: string): string {
  const found = normaliseDomain(text);
  if (found === null) throw new InvalidArgumentError('It must be a domain, such as example.com.');
  return found;
}

function oneMoreId(id: string, before: string[] = []): string[] {
  if (before.length >= syncIdsMax) throw new InvalidArgumentError(`At most ${syncIdsMax} ids.`);
  return [...before, id];
}

/** Exit code 2: it ended, but not everything got through. */
function exitCodeOf(run: SyncRun): ExitCode {
  if (run.status !== 'completed') return 1;
  const { users, organizations, memberships } = run.tallies;
  return users.failed + organizations.failed + memberships.failed > 0 ? 2 : 0;
}

function isVerbose({ verbose }: Options, env = process.env): boolean {
  return verbose === true || /^(debug|trace)$/i.test(env['LOG_LEVEL'] ?? '');
}

async function start(convex: ConvexAdmin, options: Options): Promise<string> {
  if (options.dryRun && options.apply !== undefined) {
    throw new CliError('USAGE', {
      message: '--dry-run makes a plan, --apply carries one out: not both at once.',
      wayOut: 'See npm run rollcall -- sync --help.',
    });
  }
  return await command(convex, z.string(), 'adminSync:start', {
    mode: options.dryRun ? 'dryRun' : 'apply',
    ...(options.only !== undefined && { only: options.only }),
    ...(options.emailDomain !== undefined && { emailDomain: options.emailDomain }),
    ...(options.id !== undefined && { ids: options.id }),
    ...(options.apply !== undefined && { planHash: options.apply }),
  });
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

/** E3: starts a run with the deployment's key, follows it, and says how it ended. */
async function sync(context: CommandContext, options: Options): Promise<ExitCode> {
  const convex = context.convex();
  const runId = await start(convex, options);
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

export function addSync(program: Command, run: Run): void {
  const syncCommand = program
    .command('sync')
    .description("brings Clerk's people, organizations and memberships here")
    .option('--dry-run', 'print what would change, change nothing')
    .option('--apply <hash>', 'do exactly what the dry run of this hash planned, or nothing')
    .addOption(new Option('--only <what>', 'only these').choices(syncKinds))
    .option('--email-domain <domain>', 'only people of this domain', domain)
    .option('--id <clerk-id>', 'only this person; may be repeated', oneMoreId)
    .option('--verbose', 'every step, every change and every error')
    .option(...jsonOption)
    .action((options: Options) => run(options, (context) => sync(context, options)));
  addSyncRuns(syncCommand, run);
  addSyncConfirm(syncCommand, run);
}
