import type { Command } from 'commander';
import { getStatus } from '../admin-api';
import { facts, when } from '../output';
import { jsonOption, type Run } from '../command';

function list(values: Record<string, number>): string {
  return Object.entries(values)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

export function addStatus(program: Command, run: Run): void {
  program
    .command('status')
    .description('counts of people, pushes to Clerk and the last webhook')
    .option(...jsonOption)
    .action((options: { json?: boolean }) =>
      run(options, async ({ convex, output, settings }) => {
        const status = await getStatus(convex());
        if (options.json) {
          output.json(status);
          return 0;
        }
        const { counts, lastDelivery: last, audit } = status;
        const lines = facts([
          ['Settings', settings.source],
          ['People', `${counts.total} (${list(counts.byState)})`],
          ['Roles', list(counts.byRole)],
          ['Pushes to Clerk', list(counts.pushes)],
          [
            'Active owner',
            status.hasActiveOwner ? 'yes' : 'none: npm run rollcall -- promote EMAIL',
          ],
          [
            'Last webhook',
            last ? `${last.type}, ${last.outcome}, ${when(last.receivedAt)}` : 'never',
          ],
          ['Audit log', `${audit.head.seq} entries, last alarm: ${when(audit.lastAlarmAt)}`],
        ]);
        output.line(lines);
        return 0;
      }),
    );
}
