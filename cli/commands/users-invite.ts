import { Option, type Command } from 'commander';
import { roleNames } from '../../src/shared/roles';
import { jsonOption, type Run } from '../command';
import { command, invitation } from '../operator-api';
import { printable, when } from '../output';

export function addUsersInvite(users: Command, run: Run): void {
  users
    .command('invite')
    .description('invites an address; Clerk sends the mail')
    .argument('<email>', 'whom to invite')
    .addOption(new Option('--role <role>', 'with this role').choices(roleNames))
    .option(...jsonOption)
    .action((email: string, options: { role?: string; json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const { role, json } = options;
        const args = { email, ...(role !== undefined && { role }) };
        const made = await command(convex(), invitation, 'adminLists:invite', args);
        if (json) output.json(made);
        else {
          const until = when(made.expiresAt);
          output.line(`${printable(made.email)} is invited as ${made.role}, until ${until}.`);
        }
        return 0;
      }),
    );
}
