import { InvalidArgumentError, Option, type Command } from 'commander';
import { userStates } from '../../src/shared/people';
import { roleNames } from '../../src/shared/roles';
import { listUsers } from '../admin-api';
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

/** One page of the deployment's own bound. */
const limitMax = 100;

function limit(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= limitMax) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${limitMax}.`);
}

export function addUsersList(users: Command, run: Run): void {
  users
    .command('list')
    .description('people, by page')
    .addOption(new Option('--limit <n>', 'people per page').argParser(limit).default(50))
    .option('--cursor <cursor>', 'the page after this cursor')
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
