import { Argument, type Command } from 'commander';
import { z } from 'zod';
import { jsonOption, type Run } from '../command';
import { ask, brake, command } from '../operator-api';
import { table, when } from '../output';

export function addBrakes(program: Command, run: Run): void {
  const brakes = program
    .command('brakes')
    .description('mass role changes coming from Clerk that are held until somebody decides')
    .option(...jsonOption)
    .action((options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const all = await ask(convex(), z.array(brake), 'brakes:listAll');
        if (options.json) output.json(all);
        else if (all.length === 0) output.line('No brake was ever needed.');
        else {
          const rows = all.map(({ openedAt, state, held, people, _id }) => [
            when(openedAt),
            state,
            `${held} of ${people}`,
            _id,
          ]);
          output.line(table(['OPENED', 'STATE', 'HELD', 'BRAKE'], rows));
        }
        return 0;
      }),
    );
  brakes
    .command('decide')
    .description('lets the held roles through, or keeps ours and sends them to Clerk again')
    .argument('<brake>', 'its id')
    .addArgument(new Argument('<decision>', 'what to do').choices(['confirm', 'reject']))
    .option(...jsonOption)
    .action((brakeId: string, decision: string, _own: object, self: Command) => {
      const options = self.optsWithGlobals<{ json?: boolean }>();
      return run(options, async ({ convex, output }) => {
        const args = { brakeId, decision };
        const decided = await command(convex(), brake, 'brakes:decideByOperator', args);
        if (options.json) output.json(decided);
        else output.line(`The brake is ${decided.state}; it held ${decided.held} people.`);
        return 0;
      });
    });
}
