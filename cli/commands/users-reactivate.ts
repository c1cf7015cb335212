import type { Command } from 'commander';
import { reactivate } from '../admin-api';
import { jsonOption, type Run } from '../command';
import { accessChangeText } from '../user-text';

export function addUsersReactivate(users: Command, run: Run): void {
  users
    .command('reactivate')
    .description('lets a deactivated person back in, here and in Clerk')
    .argument('<id-or-email>', 'Clerk id (user_...), Convex id or email address')
    .option(...jsonOption)
    .action((idOrEmail: string, options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const user = await reactivate(convex(), idOrEmail);
        if (options.json) output.json(user);
        else output.line(accessChangeText(user));
        return 0;
      }),
    );
}
