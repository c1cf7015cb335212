import type { Command } from 'commander';
import { z } from 'zod';
import { anOwner } from '../../src/shared/roles';
import { jsonOption, type Run } from '../command';
import { command as mutate } from '../operator-api';
import { when } from '../output';

const standing = z.looseObject({
  state: z.string(),
  people: z.number(),
  holdUntil: z.number().nullish(),
  restored: z.number(),
});
type Standing = z.infer<typeof standing>;

function people(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}

/** What comes next, in words. */
function standingText({ state, people: count, holdUntil, restored }: Standing): string {
  switch (state) {
    case 'awaitingConfirmation':
      return `It is about ${people(count)}, so ${anOwner} has to confirm it on the page of the run.`;
    case 'held':
      return `${people(count)} will be deactivated from ${when(holdUntil ?? null)} on, each whom Clerk denies once more. Until then it can be cancelled.`;
    case 'cancelled':
      return 'It is called off.';
    case 'restored':
      return `${people(restored)} got back what they had.`;
    default:
      return `It is ${state}; ${people(restored)} got back what they had so far.`;
  }
}

const decisions = [
  ['confirm', `lets a sweep that ${anOwner} asked for begin`],
  ['cancel', 'calls a sweep off'],
  ['restore', 'gives back exactly what people had before a sweep'],
] as const;

/** A7: deactivating people whom Clerk does not have; separate from every run, and confirmed. */
export function addSweep(program: Command, run: Run): void {
  const sweep = program
    .command('sweep')
    .description('deactivates people whom Clerk does not have, after a hold');
  sweep
    .command('start')
    .description('asks for it, on the strength of a run of the last hour')
    .argument('<run>', 'its id, as sync runs tells it')
    .option(...jsonOption)
    .action((runId: string, options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const shape = standing.extend({ sweepId: z.string() });
        const begun = await mutate(convex(), shape, 'adminSync:sweep', { runId });
        if (options.json) output.json(begun);
        else output.line(`${standingText(begun)}\nSweep: ${begun.sweepId}`);
        return 0;
      }),
    );
  for (const [decision, description] of decisions) {
    sweep
      .command(decision)
      .description(description)
      .argument('<sweep>', 'its id')
      .option(...jsonOption)
      .action((sweepId: string, options: { json?: boolean }) =>
        run(options, async ({ convex, output }) => {
          const args = { sweepId, decision };
          const now = await mutate(convex(), standing, 'adminSync:decideSweep', args);
          if (options.json) output.json({ sweepId, ...now });
          else output.line(standingText(now));
          return 0;
        }),
      );
  }
}
