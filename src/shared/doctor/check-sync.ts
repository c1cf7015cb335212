import type { DeploymentHealth } from './check-deployment';
import { guarded, notOk, ok, type Finding } from './finding';
import { ask, member } from './http';
import type { CheckedSettings } from './setting-names';

/** The cron of the full synchronisation, as `sync:status` and `settings:check` tell of it. */
export interface ReconcileSchedule {
  everyMs: number;
  lastRunAt: number | null;
  outcome: string | null;
  why?: string | null | undefined;
  nextRunAt: number | null;
}

interface Asked {
  health: DeploymentHealth;
  /** Null: the deployment has no such cron. */
  schedule: ReconcileSchedule | null;
  /** How the asker writes a moment. */
  when: (atMs: number) => string;
}

const scheduleSubject = { id: 'sync.schedule', title: 'Scheduled synchronisation' };
const tokensSubject = { id: 'tokens.key', title: 'API tokens' };
const signingKey = 'API_TOKEN_SIGNING_KEY';
const hourMs = 3_600_000;

/** A10: whether the full synchronisation runs by itself, and why not where it does not. */
export function checkSchedule({ health, schedule, when }: Asked): Finding {
  if (schedule === null) {
    const remedy = 'Push the functions again: npx convex deploy.';
    return notOk(scheduleSubject, 'problem', { detail: 'there is none', remedy });
  }
  if (stateOf(health, 'CLERK_SECRET_KEY') !== 'ok') {
    return notOk(scheduleSubject, 'warning', {
      detail: 'the deployment has no usable key of its own, so it cannot run',
      remedy: 'npx convex env set CLERK_SECRET_KEY ...',
    });
  }
  const { lastRunAt, outcome, why, nextRunAt, everyMs } = schedule;
  const every = `every ${Math.round(everyMs / hourMs)} h`;
  if (lastRunAt === null) {
    return ok(scheduleSubject, `${every}; not due yet since this deployment began`);
  }
  const next = nextRunAt === null ? '' : `, next ${when(nextRunAt)}`;
  const last = `${every}; last ${when(lastRunAt)}${next}`;
  if (outcome === 'ok') return ok(scheduleSubject, last);
  return notOk(scheduleSubject, 'warning', {
    detail: `${last}; it did not run: ${why ?? 'no reason was given'}`,
    remedy: 'Correct that, or start one now on the sync page or with npm run rollcall -- sync.',
  });
}

/** API tokens are optional: without a key they are off, and that is in order. */
export async function checkTokens(
  { values }: CheckedSettings,
  health: DeploymentHealth,
): Promise<Finding> {
  const state = stateOf(health, signingKey);
  const remedy = 'Run what npm run -s rollcall -- tokens new-key prints.';
  if (state === 'missing') {
    return ok(tokensSubject, `off: ${signingKey} is not set on the deployment`);
  }
  if (state !== 'ok') {
    return notOk(tokensSubject, 'problem', { detail: `${signingKey} is malformed`, remedy });
  }
  const url = `${(values.CONVEX_SITE_URL ?? '').replace(/\/+$/, '')}/api-token/jwks.json`;
  const answer = await ask(url);
  const keys = answer.kind === 'answered' ? member(answer.body, 'keys') : undefined;
  if (Array.isArray(keys) && keys.length > 0) return ok(tokensSubject, `on, key set at ${url}`);
  return notOk(tokensSubject, 'problem', {
    detail: `${url} publishes no key, so Convex accepts no token`,
    remedy: 'Check CONVEX_SITE_URL, and push the functions: npx convex deploy.',
  });
}

function stateOf(health: DeploymentHealth, name: string) {
  return health.settings.find((setting) => setting.name === name)?.state;
}

export async function checkSync(settings: CheckedSettings, asked: Asked): Promise<Finding[]> {
  return [
    checkSchedule(asked),
    await guarded(tokensSubject, () => checkTokens(settings, asked.health)),
  ];
}
