import type { Command } from 'commander';
import { z } from 'zod';
import { jsonOption, type Run } from '../command';
import { command as mutate } from '../operator-api';

export function addSyncConfirm(sync: Command, run: Run): void {
  sync
    .command('confirm')
    .description(
      'removes the organizations and memberships that a run left for somebody to confirm',
    )
    .argument('<run>', 'its id')
    .option(...jsonOption)
    .action((runId: string, _own: object, self: Command) => {
      const options = self.optsWithGlobals<{ json?: boolean }>();
      return run(options, async ({ convex, output }) => {
        await mutate(convex(), z.null(), 'adminSync:confirmRemovals', { runId });
        if (options.json) output.json({ runId, confirmed: true });
        else output.line('Clerk is being asked for each once more; what it denies is removed.');
        return 0;
      });
    });
}
