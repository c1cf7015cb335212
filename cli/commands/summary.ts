import type { Command } from 'commander';
import { z } from 'zod';
import { collectIntegrity, integrityKinds, type IntegrityReport } from '../../src/shared/integrity';
import { jsonOption, type Run } from '../command';
import { ask, summary as summaryShape } from '../operator-api';
import { facts, when } from '../output';

const integrityPage = z.object({
  checked: z.number(),
  problems: z.array(z.object({ kind: z.enum(integrityKinds), ref: z.string() })),
  next: z.string().nullable(),
});

/** A person waits for this; nothing is left out sooner. */
const scanMsMax = 10 * 60_000;

function list(values: Record<string, number>): string {
  return Object.entries(values)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function countText({ count, exact }: { count: number; exact: boolean }): string {
  return exact ? String(count) : `more than ${count}`;
}

function findingsText({ findings, complete, checked }: IntegrityReport): string {
  const looked = `Looked at ${list(checked)}.`;
  const partly = complete ? '' : '\nTime ran out: there may be more.';
  if (findings.length === 0) return `${looked} Everything is as it should be.${partly}`;
  const texts = findings.map(
    ({ text, count, examples, remedy }) =>
      `${count} x ${text}\n    ${examples.join(', ')}${count > examples.length ? ', ...' : ''}\n    -> ${remedy}`,
  );
  return `${looked} Found:\n${texts.join('\n')}${partly}`;
}

/** E8. Findings are things to know; they are no failure of the command. */
export function addSummary(program: Command, run: Run): void {
  program
    .command('summary')
    .description('counts, last sync and webhook, and everything that is not as it should be')
    .option(...jsonOption)
    .action((options: { json?: boolean }) =>
      run(options, async ({ convex, output }) => {
        const admin = convex();
        const summary = await ask(admin, summaryShape, 'summary:getByOperator');
        const now = Date.now();
        const integrity = await collectIntegrity(
          (part, after) =>
            ask(admin, integrityPage, 'summary:scanByOperator', { part, after, now }),
          now + scanMsMax,
        );
        if (options.json) {
          output.json({ ...summary, integrity });
          return 0;
        }
        const { people, organizations, memberships, lastSync, lastWebhook } = summary;
        const counted = facts([
          ['People', `${people.total} (${list(people.byState)})`],
          ['Roles', list(people.byRole)],
          ['Organizations', countText(organizations)],
          ['Memberships', countText(memberships)],
          ['Pushes to Clerk', list(people.pushes)],
          [
            'Last sync',
            lastSync.completedAt === null
              ? lastSync.state
              : `${when(lastSync.completedAt)}, ${lastSync.differed ?? 0} people differed`,
          ],
          [
            'Last webhook',
            lastWebhook
              ? `${lastWebhook.type}, ${lastWebhook.outcome}, ${when(lastWebhook.receivedAt)}`
              : 'never',
          ],
          ['Audit log', `${summary.auditEntries} entries`],
        ]);
        output.line(counted);
        output.line();
        output.line(findingsText(integrity));
        return 0;
      }),
    );
}
