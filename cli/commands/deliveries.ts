import { Option, type Command } from 'commander';
import { deliveryOutcomes } from '../../src/shared/deliveries';
import { jsonOption, type Run } from '../command';
import { addPaging } from '../limit-option';
import { askPage, delivery, type PageOptions } from '../operator-api';
import { table, when } from '../output';

export function addDeliveries(program: Command, run: Run): void {
  addPaging(
    program.command('deliveries').description('what became of webhooks, newest first'),
    'deliveries',
  )
    .addOption(new Option('--outcome <outcome>', 'only these').choices(deliveryOutcomes))
    .option(...jsonOption)
    .action((options: PageOptions & { outcome?: string; json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const { json, ...page } = options;
        const { items, cursor } = await askPage(convex(), delivery, 'adminLists:deliveries', page);
        if (json) {
          output.json({ items, cursor });
          return 0;
        }
        const rows = items.map((row) => [
          when(row.receivedAt),
          row.type,
          row.alarm ? `! ${row.outcome}` : row.outcome,
          row.entityId ?? '-',
          row.why ?? '',
          row.svixId,
        ]);
        output.line(
          rows.length === 0
            ? 'No deliveries.'
            : table(['RECEIVED', 'TYPE', 'OUTCOME', 'ABOUT', 'WHY', 'SVIX ID'], rows),
        );
        if (cursor !== null) output.line(`\nMore: --cursor '${cursor}'`);
        return 0;
      }),
    );
}
