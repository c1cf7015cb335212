import { confirm, isCancel } from '@clack/prompts';
import type { Command } from 'commander';
import { getUser, removeUser } from '../admin-api';
import { CliError } from '../cli-error';
import { jsonOption, type Run } from '../command';
import { printable } from '../output';

async function agreed(who: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new CliError('USAGE', {
      message: 'Nobody is there to confirm.',
      wayOut: 'Add --yes to delete without being asked.',
    });
  }
  const answer = await confirm({ message: `Delete ${who} here and in Clerk, for good?` });
  return !isCancel(answer) && answer;
}

export function addUsersDelete(users: Command, run: Run): void {
  users
    .command('delete')
    .description('deletes a person for good, here at once and then in Clerk')
    .argument('<id-or-email>', 'Clerk id (user_...), Convex id or email address')
    .option('--yes', 'do not ask')
    .option(...jsonOption)
    .action((idOrEmail: string, options: { yes?: boolean; json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const target = await getUser(convex(), idOrEmail);
        const who = printable(target.email ?? target.name);
        if (!options.yes && !(await agreed(who))) {
          output.line('Nothing was changed.');
          return 1;
        }
        const user = await removeUser(convex(), target.externalId);
        if (options.json) output.json(user);
        else
          output.line(`${who} is deleted here. On its way to Clerk: ${user.access?.state ?? '-'}.`);
        return 0;
      }),
    );
}
