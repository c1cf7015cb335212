import { testEventType } from '../../src/shared/test-event';
import { Webhook } from 'svix';
import type { Settings } from '../settings';
import { clerkInstanceId } from './check-clerk';
import { guarded, notOk, ok, type Finding } from './finding';
import { ask } from './http';

interface Address {
  id: string;
  title: string;
  url: string;
}

/** The two addresses of B1 and C4, as far as the settings name them. */
export function webhookAddresses({ values }: Settings): Address[] {
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

/** A delivery as Svix sends it, signed with the first secret of the ring. */
export function signedTestEvent(secrets: string, instanceId: string | undefined, nowMs: number) {
  const id = `msg_rollcall_test_${crypto.randomUUID().replaceAll('-', '')}`;
  const secret = secrets.trim().split(/\s+/)[0] ?? '';
  const body = JSON.stringify({
    object: 'event',
    type: testEventType,
    timestamp: nowMs,
    ...(instanceId !== undefined && { instance_id: instanceId }),
    data: { object: 'rollcall_test' },
  });
  const at = new Date(nowMs);
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(Math.floor(nowMs / 1000)),
      'svix-signature': new Webhook(secret).sign(id, at, body),
    },
  };
}

async function checkSigned(
  settings: Settings,
  address: Address,
  instanceId: string | undefined,
): Promise<Finding> {
  const subject = {
    id: `webhook.${address.id}.signed`,
    title: `Signed test event is taken by ${address.title}`,
  };
  const secrets = settings.values.CLERK_WEBHOOK_SECRET ?? '';
  const answer = await ask(address.url, signedTestEvent(secrets, instanceId, Date.now()));
  if (answer.kind === 'silent') {
    return notOk(subject, 'problem', {
      detail: `${address.url} does not answer: ${answer.reason}`,
      remedy: 'Local stack: is npm start running? Else check ROLLCALL_URL and CONVEX_SITE_URL.',
    });
  }
  if (answer.status === 200) return ok(subject, address.url);
  return notOk(subject, 'problem', {
    detail: `${address.url} answers ${answer.status}`,
    remedy:
      answer.status === 400
        ? 'CLERK_WEBHOOK_SECRET of the Convex deployment differs: npx convex env set CLERK_WEBHOOK_SECRET <the signing secret>.'
        : 'Are the functions pushed (npx convex deploy) and the deployment environment complete?',
  });
}

async function checkUnsigned(address: Address): Promise<Finding> {
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

export async function checkWebhooks(settings: Settings): Promise<Finding[]> {
  if (!settings.values.CLERK_WEBHOOK_SECRET) return [];
  const instanceId = settings.values.CLERK_INSTANCE_ID ?? (await clerkInstanceId(settings));
  const checks = webhookAddresses(settings).flatMap((address) => [
    guarded({ id: `webhook.${address.id}.signed`, title: `Signed event, ${address.title}` }, () =>
      checkSigned(settings, address, instanceId),
    ),
    guarded(
      { id: `webhook.${address.id}.unsigned`, title: `Unsigned event, ${address.title}` },
      () => checkUnsigned(address),
    ),
  ]);
  return Promise.all(checks);
}
