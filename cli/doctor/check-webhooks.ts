import { testEventType } from '../../src/shared/test-event';
import { Webhook } from 'svix';
import { clerkInstanceId } from '../../src/shared/doctor/check-clerk';
import {
  checkUnsigned,
  type WebhookAddress,
  webhookAddresses,
} from '../../src/shared/doctor/check-webhook-doors';
import { guarded, notOk, ok, type Finding } from '../../src/shared/doctor/finding';
import { ask } from '../../src/shared/doctor/http';
import type { Settings } from '../settings';

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
  address: WebhookAddress,
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
