import { notOk, ok, type Finding } from './finding';
import { ask } from './http';
import type { CheckedSettings } from './setting-names';

export interface WebhookAddress {
  id: string;
  title: string;
  url: string;
}

/** The two addresses of B1 and C4, as far as the settings name them. */
export function webhookAddresses({ values }: CheckedSettings): WebhookAddress[] {
  const bare = (url: string) => url.replace(/\/+$/, '');
  const { ROLLCALL_URL, CONVEX_SITE_URL } = values;
  return [
    ...(ROLLCALL_URL
      ? [{ id: 'web', title: 'the web app', url: `${bare(ROLLCALL_URL)}/api/webhooks/clerk` }]
      : []),
    ...(CONVEX_SITE_URL
      ? [{ id: 'convex', title: 'Convex', url: `${bare(CONVEX_SITE_URL)}/clerk-users-webhook` }]
      : []),
  ];
}

/** A webhook address must refuse what nobody signed. */
export async function checkUnsigned(address: WebhookAddress): Promise<Finding> {
  const subject = {
    id: `webhook.${address.id}.unsigned`,
    title: `Unsigned event is refused by ${address.title}`,
  };
  const headers = { 'content-type': 'application/json' };
  const answer = await ask(address.url, { method: 'POST', headers, body: '{}' });
  if (answer.kind === 'answered' && answer.status === 400) return ok(subject, 'answers 400');
  if (answer.kind === 'silent') {
    const detail = `no answer: ${answer.reason}`;
    return notOk(subject, 'unknown', { detail, remedy: 'See the finding above.' });
  }
  return notOk(subject, 'problem', {
    detail: `answers ${answer.status}, not 400`,
    remedy: `Does ${address.url} really lead to Rollcall?`,
  });
}
