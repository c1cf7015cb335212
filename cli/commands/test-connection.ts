import type { Command } from 'commander';
import { jsonOption, type Run } from '../command';
import { CliError } from '../cli-error';
import { connection } from '../operator-api';
import { facts } from '../output';

export function addTestConnection(program: Command, run: Run): void {
  program
    .command('test-connection')
    .description("asks Clerk with the deployment's key")
    .option(...jsonOption)
    .action((options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const answer = connection.safeParse(await convex().action('connection:testByOperator'));
        if (!answer.success) {
          throw new CliError('INTERNAL', {
            wayOut: 'Push the functions again: npx convex deploy.',
          });
        }
        const { ok, message, instanceId, environment, users, latencyMs } = answer.data;
        if (options.json) output.json(answer.data);
        else {
          const lines: [string, string][] = [
            ['Clerk', message],
            ['Instance', [instanceId, environment].filter(Boolean).join(', ') || '-'],
            ['Users', users === undefined || users === null ? '-' : String(users)],
            ['Took', latencyMs === undefined || latencyMs === null ? '-' : `${latencyMs} ms`],
          ];
          output.line(facts(ok ? lines : lines.slice(0, 1)));
        }
        return ok ? 0 : 1;
      }),
    );
}
