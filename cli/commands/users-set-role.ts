import { Argument, type Command } from 'commander';
import { roleNames } from '../../src/shared/roles';
import { setRole } from '../admin-api';
import { jsonOption, type Run } from '../command';
import { roleChangeText } from '../user-text';

export function addUsersSetRole(users: Command, run: Run): void {
  users
    .command('set-role')
    .description('gives a person a role, here and in Clerk')
    .argument('<id-or-email>', 'Clerk id (user_...), Convex id or email address')
    .addArgument(new Argument('<role>', 'the new role').choices(roleNames))
    .option(...jsonOption)
    .action((idOrEmail: string, role: string, options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const user = await setRole(convex(), idOrEmail, role);
        if (options.json) output.json(user);
        else output.line(roleChangeText(user));
        return 0;
      }),
    );
}
