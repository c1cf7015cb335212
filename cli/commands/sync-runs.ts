import type { Command } from 'commander';
import { jsonOption, type Run } from '../command';
import { addPaging } from '../limit-option';
import { askPage, syncRun, type PageOptions } from '../operator-api';
import { runTable } from '../sync/run-text';

export function addSyncRuns(sync: Command, run: Run): void {
  addPaging(sync.command('runs').description('every run, newest first'), 'runs', 20)
    .option(...jsonOption)
    .action((_own: object, command: Command) => {
      // `sync` has a --json of its own, which takes the word wherever it stands.
      const options = command.optsWithGlobals<PageOptions & { json?: boolean }>();
      return run(options, async ({ convex, output }) => {
        const { limit, cursor, json } = options;
        const page = await askPage(convex(), syncRun, 'adminSync:runs', {
          limit,
          ...(cursor !== undefined && { cursor }),
        });
        if (json) output.json(page);
        else if (page.items.length === 0) output.line('There has been no run yet.');
        else output.line(runTable(page.items));
        if (!json && page.cursor !== null) output.line(`\nMore: --cursor '${page.cursor}'`);
        return 0;
      });
    });
}
