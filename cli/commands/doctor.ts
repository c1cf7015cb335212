import type { Command } from 'commander';
import type { CommandContext } from '../context';
import { checkClerk } from '../../src/shared/doctor/check-clerk';
import { checkConvex } from '../doctor/check-convex';
import { checkSettings } from '../doctor/check-settings';
import { checkWebhooks } from '../doctor/check-webhooks';
import { guideOf } from '../doctor/guide';
import type { Finding } from '../../src/shared/doctor/finding';
import { jsonOption, type Run } from '../command';

const marks: Record<Finding['state'], string> = {
  ok: 'ok     ',
  warning: 'warning',
  problem: 'PROBLEM',
  unknown: 'unknown',
};

export async function findings(context: CommandContext): Promise<Finding[]> {
  const { settings } = context;
  const [clerk, convex] = await Promise.all([checkClerk(settings), checkConvex(context)]);
  // Last, so that the test events are not what "last webhook" speaks of.
  const webhooks = await checkWebhooks(settings);
  const all = [...checkSettings(settings), ...clerk, ...convex, ...webhooks];
  return all.map((finding) =>
    finding.state === 'ok' ? finding : { ...finding, guide: guideOf(finding.id) },
  );
}

function text(finding: Finding): string {
  const line = `${marks[finding.state]}  ${finding.title}: ${finding.detail}`;
  if (!finding.remedy) return line;
  const guide = finding.guide ? ` (${finding.guide})` : '';
  return `${line}\n         -> ${finding.remedy}${guide}`;
}

export function addDoctor(program: Command, run: Run): void {
  program
    .command('doctor')
    .description('checks keys, Clerk, Convex and webhooks, and names what to do')
    .option(...jsonOption)
    .action((options: { json?: boolean }) =>
      run(options, async (context) => {
        const found = await findings(context);
        const bad = found.filter(({ state }) => state === 'problem' || state === 'unknown');
        if (options.json) context.output.json({ ok: bad.length === 0, findings: found });
        else {
          for (const finding of found) context.output.line(text(finding));
          const verdict =
            bad.length === 0 ? 'Everything is in order.' : `To look after: ${bad.length}.`;
          context.output.line(`\n${verdict}`);
        }
        return bad.length === 0 ? 0 : 1;
      }),
    );
}
