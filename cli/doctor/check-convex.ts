import { getDeploymentHealth, getStatus, getTrustedIssuer } from '../admin-api';
import { CliError } from '../cli-error';
import type { CommandContext } from '../context';
import type { ConvexAdmin } from '../convex-admin';
import { when } from '../output';
import {
  checkEnvironment,
  checkLastDelivery,
  checkOwner,
} from '../../src/shared/doctor/check-deployment';
import { expectedIssuer } from '../../src/shared/doctor/check-keys';
import { guarded, notOk, ok, type Finding } from '../../src/shared/doctor/finding';
import { ask } from '../../src/shared/doctor/http';
import { checkSync } from './check-sync';

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
      checkLastDelivery(status, { nowMs: Date.now(), when }),
      checkOwner(status),
      ...(await checkSync(context.settings, convex, health)),
    ];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [first, notOk(subject, 'problem', { detail: error.message, remedy: error.wayOut })];
  }
}
