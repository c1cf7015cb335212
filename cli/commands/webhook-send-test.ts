import { InvalidArgumentError, type Command } from 'commander';
import { CliError } from '../cli-error';
import { jsonOption, type Run } from '../command';
import { signedTestEvent } from '../doctor/check-webhooks';
import { ask } from '../../src/shared/doctor/http';
import { isWebhookSecretRing } from '../../src/shared/doctor/key-formats';

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('It must be a full http(s) address.');
}

/** F3: tries a webhook address without a tunnel and without Clerk. */
export function addWebhook(program: Command, run: Run): void {
  program
    .command('webhook')
    .description('webhooks')
    .command('send-test')
    .description('sends a signed test event to any address')
    .argument('<url>', 'where to', httpUrl)
    .option('--secret <whsec>', 'signing secret; otherwise CLERK_WEBHOOK_SECRET of the settings')
    .option(...jsonOption)
    .action((url: string, options: { secret?: string; json?: boolean }) =>
      run(options, async ({ output, settings }) => {
        const { CLERK_WEBHOOK_SECRET, CLERK_INSTANCE_ID } = settings.values;
        const secret = options.secret ?? CLERK_WEBHOOK_SECRET ?? '';
        if (!isWebhookSecretRing(secret)) {
          throw new CliError('USAGE', {
            message: secret === '' ? 'There is no signing secret.' : 'This is no signing secret.',
            wayOut: 'Give one with --secret whsec_..., or set CLERK_WEBHOOK_SECRET.',
          });
        }
        const answer = await ask(url, signedTestEvent(secret, CLERK_INSTANCE_ID, Date.now()));
        const ok = answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
        const what =
          answer.kind === 'answered'
            ? `answered ${answer.status}${answer.text === '' ? '' : `: ${answer.text.slice(0, 300)}`}`
            : `did not answer: ${answer.reason}`;
        if (options.json) {
          const status = answer.kind === 'answered' ? answer.status : null;
          output.json({ ok, url, status, answer: what });
        } else output.line(`${url} ${what}`);
        return ok ? 0 : 1;
      }),
    );
}
