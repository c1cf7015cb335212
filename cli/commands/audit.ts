import type { Command } from 'commander';
import { jsonOption, type Run } from '../command';
import type { ExitCode } from '../context';
import type { ConvexAdmin } from '../convex-admin';
import { addPaging } from '../limit-option';
import { ask, askPage, auditEntry, auditPage, type PageOptions } from '../operator-api';
import { table, when, type Output } from '../output';

interface Options extends PageOptions {
  verify?: boolean;
  target?: string;
  json?: boolean;
}

/** Goes through the whole chain, page by page. */
async function verify(convex: ConvexAdmin, output: Output, json: boolean): Promise<ExitCode> {
  let from: { seq: number; hash: string } | undefined;
  let checked = 0;
  for (;;) {
    const page = await ask(convex, auditPage, 'admin:verifyAudit', {
      ...(from !== undefined && { from }),
    });
    if (!page.ok) {
      if (json) output.json({ ok: false, checked, seq: page.seq, problem: page.problem });
      else output.line(`The log was changed afterwards: ${page.problem} at entry ${page.seq}.`);
      return 1;
    }
    checked += page.checked;
    from = page.head;
    if (!page.isDone) continue;
    if (json) output.json({ ok: true, checked, head: page.head });
    else output.line(`${checked} entries, each where it was written. Head: ${page.head.hash}`);
    return 0;
  }
}

export function addAudit(program: Command, run: Run): void {
  addPaging(program.command('audit').description('the audit log, newest first'), 'entries')
    .option('--target <target>', 'only of this target, such as user:user_...')
    .option('--verify', 'check the whole log instead: nothing edited, dropped or reordered')
    .option(...jsonOption)
    .action((options: Options) =>
      run(options, async ({ convex, output }) => {
        const { verify: wantsVerify, json = false, ...page } = options;
        if (wantsVerify) return await verify(convex(), output, json);
        const { items, cursor } = await askPage(convex(), auditEntry, 'adminLists:audit', page);
        if (json) {
          output.json({ items, cursor });
          return 0;
        }
        const rows = items.map((entry) => [
          String(entry.seq),
          when(entry.at),
          entry.alarm ? `! ${entry.action}` : entry.action,
          entry.actor,
          entry.target,
        ]);
        output.line(
          rows.length === 0 ? 'No entries.' : table(['SEQ', 'AT', 'ACTION', 'BY', 'TARGET'], rows),
        );
        if (cursor !== null) output.line(`\nMore: --cursor '${cursor}'`);
        return 0;
      }),
    );
}
