import type { Command } from 'commander';
import { z } from 'zod';
import { jsonOption, type Run } from '../command';
import { command as mutate } from '../operator-api';
import { runToEnd } from '../sync/run-to-end';

export function addSyncUser(sync: Command, run: Run): void {
  sync
    .command('user')
    .description('takes one person over from Clerk')
    .argument('<who>', 'Clerk user id, row id, or email')
    .option(...jsonOption)
    .action((idOrEmail: string, _own: object, self: Command) => {
      const options = self.optsWithGlobals<{ json?: boolean }>();
      return run(options, async (context) => {
        const asked = { idOrEmail };
        const runId = await mutate(context.convex(), z.string(), 'adminSync:syncUser', asked);
        return await runToEnd(context, runId, options);
      });
    });
}
