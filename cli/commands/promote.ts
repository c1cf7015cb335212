import type { Command } from 'commander';
import { ownerRole } from '../../src/shared/roles';
import { promote } from '../admin-api';
import { jsonOption, type Run } from '../command';
import { roleChangeText } from '../user-text';

export function addPromote(program: Command, run: Run): void {
  program
    .command('promote')
    .description(`makes a person ${ownerRole}: the way to the first one`)
    .argument('<email>', 'the primary email address')
    .option(...jsonOption)
    .action((email: string, options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const user = await promote(convex(), email);
        if (options.json) output.json(user);
        else output.line(roleChangeText(user));
        return 0;
      }),
    );
}
