import { Option, type Command } from 'commander';
import { userStates } from '../../src/shared/people';
import { roleNames } from '../../src/shared/roles';
import { listUsers } from '../admin-api';
import { addPaging } from '../limit-option';
import { jsonOption, type Run } from '../command';
import { userTable } from '../user-text';

interface Options {
  limit: number;
  cursor?: string;
  search?: string;
  role?: string;
  state?: string;
  json?: boolean;
}

export function addUsersList(users: Command, run: Run): void {
  addPaging(users.command('list').description('people, by page'), 'people')
    .option('--search <text>', 'name or email')
    .addOption(new Option('--role <role>', 'of this role').choices(roleNames))
    .addOption(new Option('--state <state>', 'in this state').choices(userStates))
    .option(...jsonOption)
    .action((options: Options) =>
      run(options, async ({ convex, output }) => {
        const { json, ...filter } = options;
        const page = await listUsers(convex(), filter);
        if (json) {
          output.json(page);
          return 0;
        }
        if (page.users.length === 0) output.line('Nobody matches.');
        else output.line(userTable(page.users));
        if (page.cursor !== null) output.line(`\nMore: --cursor '${page.cursor}'`);
        return 0;
      }),
    );
}
