import type { Command } from 'commander';
import { getUser } from '../admin-api';
import { jsonOption, type Run } from '../command';
import { userFacts } from '../user-text';

export function addUsersGet(users: Command, run: Run): void {
  users
    .command('get')
    .description('one person')
    .argument('<id-or-email>', 'Clerk id (user_...), Convex id or email address')
    .option(...jsonOption)
    .action((idOrEmail: string, options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const user = await getUser(convex(), idOrEmail);
        if (options.json) output.json(user);
        else output.line(userFacts(user));
        return 0;
      }),
    );
}
