import { ownerRole } from '../../src/shared/roles';
import { getDeploymentHealth, getStatus, getTrustedIssuer } from '../admin-api';
import type { DeploymentHealth, Status } from '../admin-api';
import { CliError } from '../cli-error';
import type { CommandContext } from '../context';
import type { ConvexAdmin } from '../convex-admin';
import { when } from '../output';
import { expectedIssuer } from './check-settings';
import { guarded, notOk, ok, type Finding } from './finding';
import { ask } from './http';

/** Webhooks come at every sign-in and change; longer silence than this is worth a look. */
const silentWebhooksMs = 7 * 24 * 3600 * 1000;

async function checkReachable(url: string): Promise<Finding> {
  const subject = { id: 'convex.reachable', title: 'Convex answers' };
  const answer = await ask(`${url.replace(/\/+$/, '')}/version`);
  if (answer.kind === 'answered' && answer.status < 500) return ok(subject, url);
  return notOk(subject, 'problem', {
    detail:
      answer.kind === 'silent'
        ? `${url} does not answer: ${answer.reason}`
        : `${url} answers ${answer.status}`,
    remedy: 'Local stack: is npm start running? Else check CONVEX_URL.',
  });
}

/** One finding per required setting, and per optional one that is malformed. */
function checkEnvironment(health: DeploymentHealth): Finding[] {
  const looked = health.settings.filter(({ required, state }) => required || state === 'malformed');
  return looked.map(({ name, state, remedy }) => {
    const subject = { id: `deployment.${name}`, title: `${name} on the deployment` };
    if (state === 'ok') return ok(subject, 'present, well-formed');
    const command = `npx convex env set ${name} ...`;
    return notOk(subject, 'problem', { detail: state, remedy: `${remedy}: ${command}` });
  });
}

async function checkIssuer(convex: ConvexAdmin, expected: string | undefined): Promise<Finding> {
  const subject = { id: 'convex.issuer', title: 'Convex trusts this Clerk' };
  const trusted = (await getTrustedIssuer(convex))?.replace(/\/+$/, '');
  if (!trusted || !expected) {
    const remedy = 'Set CLERK_FRONTEND_API_URL on the deployment and push again.';
    return notOk(subject, 'unknown', { detail: 'the issuer is not set', remedy });
  }
  if (trusted === expected) return ok(subject, trusted);
  return notOk(subject, 'problem', {
    detail: `Convex trusts ${trusted}, this Clerk issues as ${expected}`,
    remedy: `npx convex env set CLERK_FRONTEND_API_URL ${expected}, then npx convex deploy`,
  });
}

function checkLastDelivery({ lastDelivery: last }: Status, nowMs: number): Finding {
  const subject = { id: 'convex.last-delivery', title: 'Last webhook' };
  const remedy =
    'Clerk Dashboard, Webhooks: is the endpoint enabled, and what do its deliveries say?';
  if (last === null) return notOk(subject, 'warning', { detail: 'none has ever arrived', remedy });
  const detail = `${last.type}, ${last.outcome}, ${when(last.receivedAt)}`;
  if (nowMs - last.receivedAt <= silentWebhooksMs) return ok(subject, detail);
  return notOk(subject, 'warning', { detail, remedy });
}

function checkOwner({ hasActiveOwner }: Status): Finding {
  const subject = { id: 'convex.first-owner', title: `An active ${ownerRole} exists` };
  if (hasActiveOwner) return ok(subject, 'yes');
  return notOk(subject, 'problem', {
    detail: 'none: nobody can manage roles',
    remedy:
      'npm run rollcall -- promote EMAIL, or set BOOTSTRAP_SUPERADMIN_EMAILS on the deployment before that person signs in.',
  });
}

/** Address, key, functions, environment, issuer, last delivery, first owner. */
export async function checkConvex(context: CommandContext): Promise<Finding[]> {
  const { values } = context.settings;
  const url = values.CONVEX_SELF_HOSTED_URL ?? values.CONVEX_URL;
  if (!url) return [];
  const reachable = { id: 'convex.reachable', title: 'Convex answers' };
  const first = await guarded(reachable, () => checkReachable(url));
  if (first.state !== 'ok') return [first];
  const subject = { id: 'convex.key', title: 'Convex accepts the key' };
  try {
    const convex = context.convex();
    // Before the others: it tells at once whether key and functions are right.
    const health = await getDeploymentHealth(convex);
    const status = await getStatus(convex);
    const issuer = { id: 'convex.issuer', title: 'Convex trusts this Clerk' };
    return [
      first,
      ok(subject, 'and has the functions of Rollcall'),
      ...checkEnvironment(health),
      await guarded(issuer, () => checkIssuer(convex, expectedIssuer(context.settings))),
      checkLastDelivery(status, Date.now()),
      checkOwner(status),
    ];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [first, notOk(subject, 'problem', { detail: error.message, remedy: error.wayOut })];
  }
}
