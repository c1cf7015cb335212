import type { FunctionReturnType } from 'convex/server';
import type { api } from '../../convex/_generated/api';
import { checkClerk } from '../shared/doctor/check-clerk';
import { checkEnvironment, checkLastDelivery, checkOwner } from '../shared/doctor/check-deployment';
import { checkKeyPair, checkSetting, expectedIssuer } from '../shared/doctor/check-keys';
import { checkSync } from '../shared/doctor/check-sync';
import { checkUnsigned, webhookAddresses } from '../shared/doctor/check-webhook-doors';
import { guarded, notOk, ok, type Finding } from '../shared/doctor/finding';
import type { CheckedSettings } from '../shared/doctor/setting-names';
import { serverEnv } from '../env.server';

type Deployment = FunctionReturnType<typeof api.settings.check>;

/** The settings of this server, as the checks of `npm run doctor` look at them. */
export function ownSettings(): CheckedSettings {
  const env = serverEnv();
  const values: CheckedSettings['values'] = {
    CLERK_PUBLISHABLE_KEY: env.CLERK_PUBLISHABLE_KEY,
    CLERK_SECRET_KEY: env.CLERK_SECRET_KEY,
    CONVEX_URL: env.CONVEX_URL,
    CONVEX_SITE_URL: env.CONVEX_SITE_URL,
    ...(env.CLERK_API_URL && { CLERK_API_URL: env.CLERK_API_URL }),
    // Behind a proxy, and with the local Clerk, that is where tokens say they come from.
    ...(env.CLERK_PROXY_URL && { CLERK_FRONTEND_API_URL: env.CLERK_PROXY_URL }),
    ...(env.ROLLCALL_URL && { ROLLCALL_URL: env.ROLLCALL_URL }),
  };
  return { values };
}

/** F2: what people would check by hand, from where this server stands. */
export async function diagnose(deployment: Deployment): Promise<Finding[]> {
  const settings = ownSettings();
  const names = [
    'CLERK_PUBLISHABLE_KEY',
    'CLERK_SECRET_KEY',
    'CONVEX_URL',
    'CONVEX_SITE_URL',
  ] as const;
  const keys = [
    ...names.map((name) => checkSetting(name, settings.values[name])),
    checkKeyPair(settings),
  ];
  const { report: health, schedule } = deployment;
  const [clerk, doors, sync] = await Promise.all([
    checkClerk(settings),
    checkDoors(settings),
    checkSync(settings, { health, schedule, when }),
  ]);
  return [
    ...keys.filter((finding) => finding !== undefined),
    checkVaultKey(),
    ...clerk,
    ok({ id: 'convex.token', title: 'Convex accepts your sign-in' }, 'issuer and audience fit'),
    checkIssuer(deployment, expectedIssuer(settings)),
    ...checkEnvironment(health),
    ...doors,
    checkLastDelivery(deployment, { nowMs: Date.now(), when }),
    checkSecret(deployment),
    ...sync,
    checkOwner(deployment),
  ];
}

function when(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function checkDoors(settings: CheckedSettings): Promise<Finding[]> {
  const checks = webhookAddresses(settings).map((address) =>
    guarded(
      { id: `webhook.${address.id}.unsigned`, title: `Unsigned event, ${address.title}` },
      () => checkUnsigned(address),
    ),
  );
  return Promise.all(checks);
}

function checkIssuer({ issuerTrusted }: Deployment, issuer: string | undefined): Finding {
  const subject = { id: 'convex.issuer', title: 'Convex trusts this Clerk' };
  if (issuerTrusted === true) return ok(subject, issuer ?? '');
  return notOk(subject, issuerTrusted === null ? 'unknown' : 'problem', {
    detail:
      issuerTrusted === null ? 'the issuer is not set' : `Convex trusts another than ${issuer}`,
    remedy: `npx convex env set CLERK_FRONTEND_API_URL ${issuer ?? '<issuer>'}, then npx convex deploy`,
  });
}

/** Nothing is recorded that no secret of the ring signed. */
function checkSecret({ lastDelivery }: Deployment): Finding {
  const subject = { id: 'webhook.secret', title: 'The signing secret fits' };
  if (lastDelivery !== null) return ok(subject, 'the last webhook was signed with it');
  return notOk(subject, 'unknown', {
    detail: 'no webhook has arrived that could show it',
    remedy: 'Send a test event from the endpoint in the Clerk Dashboard, or run npm run doctor.',
  });
}

function checkVaultKey(): Finding {
  const subject = { id: 'setting.vault', title: 'CREDENTIALS_ENCRYPTION_KEY' };
  // Its form was checked when the server started.
  if (serverEnv().CREDENTIALS_ENCRYPTION_KEY) return ok(subject, 'present, well-formed');
  return notOk(subject, 'warning', {
    detail: 'missing: credentials of organizations can be neither stored nor used',
    remedy: 'Set it on the web server: openssl rand -base64 32',
  });
}
