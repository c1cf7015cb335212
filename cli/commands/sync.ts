import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';
import { normaliseDomain, syncIdsMax, syncKinds } from '../../src/shared/sync';
import { jsonOption, type Run } from '../command';
import { CliError } from '../cli-error';
import type { ConvexAdmin } from '../convex-admin';
import { command } from '../operator-api';
import { runToEnd } from '../sync/run-to-end';
import { addSyncConfirm } from './sync-confirm';
import { addSyncRuns } from './sync-runs';
import { addSyncUser } from './sync-user';

interface Options {
  dryRun?: boolean;
  apply?: string;
  only?: string;
  emailDomain?: string;
  id?: string[];
  verbose?: boolean;
  json?: boolean;
}

function domain(text: string): string {
  const found = normaliseDomain(text);
  if (found === null) throw new InvalidArgumentError('It must be a domain, such as example.com.');
  return found;
}

function oneMoreId(id: string, before: string[] = []): string[] {
  if (before.length >= syncIdsMax) throw new InvalidArgumentError(`At most ${syncIdsMax} ids.`);
  return [...before, id];
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
    .action((options: Options) =>
      run(options, async (context) =>
        runToEnd(context, await start(context.convex(), options), options),
      ),
    );
  addSyncRuns(syncCommand, run);
  addSyncConfirm(syncCommand, run);
  addSyncUser(syncCommand, run);
}
