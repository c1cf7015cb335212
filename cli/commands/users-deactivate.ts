import type { Command } from 'commander';
import { deactivate } from '../admin-api';
import { jsonOption, type Run } from '../command';
import { accessChangeText } from '../user-text';

export function addUsersDeactivate(users: Command, run: Run): void {
  users
    .command('deactivate')
    .description('cuts a person off here at once, then bans them in Clerk')
    .argument('<id-or-email>', 'Clerk id (user_...), Convex id or email address')
    .option(...jsonOption)
    .action((idOrEmail: string, options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const user = await deactivate(convex(), idOrEmail);
        if (options.json) output.json(user);
        else output.line(accessChangeText(user));
        return 0;
      }),
    );
}
