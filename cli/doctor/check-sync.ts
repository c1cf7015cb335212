import { z } from 'zod';
import type { DeploymentHealth } from '../admin-api';
import type { ConvexAdmin } from '../convex-admin';
import { ask as askConvex } from '../operator-api';
import { when } from '../output';
import type { Settings } from '../settings';
import { guarded, notOk, ok, type Finding } from '../../src/shared/doctor/finding';
import { ask, member } from '../../src/shared/doctor/http';

const syncStatus = z.looseObject({
  hasServerKey: z.boolean(),
  lastCompletedAt: z.number().nullable(),
  drift: z.looseObject({ users: z.number(), at: z.number() }).nullable(),
  reconcile: z.looseObject({
    everyMs: z.number(),
    lastRunAt: z.number().nullable(),
    outcome: z.string().nullable(),
    why: z.string().nullish(),
    nextRunAt: z.number().nullable(),
  }),
});

/** A10: whether the full synchronisation runs by itself, and why not where it does not. */
async function checkSchedule(convex: ConvexAdmin): Promise<Finding> {
  const subject = { id: 'sync.schedule', title: 'Scheduled synchronisation' };
  const { hasServerKey, reconcile } = await askConvex(convex, syncStatus, 'adminSync:status');
  if (!hasServerKey) {
    return notOk(subject, 'warning', {
      detail: 'the deployment has no key of its own, so it cannot run',
      remedy: 'npx convex env set CLERK_SECRET_KEY ...',
    });
  }
  const { lastRunAt, outcome, why, nextRunAt, everyMs } = reconcile;
  const every = `every ${Math.round(everyMs / 3_600_000)} h`;
  if (lastRunAt === null) return ok(subject, `${every}; not due yet since this deployment began`);
  const last = `${every}; last ${when(lastRunAt)}, next ${when(nextRunAt)}`;
  if (outcome === 'ok') return ok(subject, last);
  return notOk(subject, 'warning', {
    detail: `${last}; it did not run: ${why ?? 'no reason was given'}`,
    remedy: 'Correct that, or start one now: npm run rollcall -- sync',
  });
}

/** API tokens are optional: without a key they are off, and that is in order. */
async function checkTokens({ values }: Settings, health: DeploymentHealth): Promise<Finding> {
  const subject = { id: 'tokens.key', title: 'API tokens' };
  const name = 'API_TOKEN_SIGNING_KEY';
  const state = health.settings.find((setting) => setting.name === name)?.state;
  const remedy = 'Run what npm run -s rollcall -- tokens new-key prints.';
  if (state === 'missing') return ok(subject, `off: ${name} is not set on the deployment`);
  if (state !== 'ok') return notOk(subject, 'problem', { detail: `${name} is malformed`, remedy });
  const url = `${(values.CONVEX_SITE_URL ?? '').replace(/\/+$/, '')}/api-token/jwks.json`;
  const answer = await ask(url);
  const keys = answer.kind === 'answered' ? member(answer.body, 'keys') : undefined;
  if (Array.isArray(keys) && keys.length > 0) return ok(subject, `on, key set at ${url}`);
  return notOk(subject, 'problem', {
    detail: `${url} publishes no key, so Convex accepts no token`,
    remedy: 'Check CONVEX_SITE_URL, and push the functions: npx convex deploy.',
  });
}

export async function checkSync(
  settings: Settings,
  convex: ConvexAdmin,
  health: DeploymentHealth,
): Promise<Finding[]> {
  return await Promise.all([
    guarded({ id: 'sync.schedule', title: 'Scheduled synchronisation' }, () =>
      checkSchedule(convex),
    ),
    guarded({ id: 'tokens.key', title: 'API tokens' }, () => checkTokens(settings, health)),
  ]);
}
