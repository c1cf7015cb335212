import { ownerRole } from '../roles';
import { notOk, ok, type Finding } from './finding';

/** What the deployment says about its settings (`admin:doctor`, `settings:check`). */
export interface DeploymentHealth {
  settings: {
    name: string;
    required: boolean;
    state: 'ok' | 'missing' | 'malformed';
    remedy: string;
  }[];
}

/** And about what has happened to it. */
export interface DeploymentStatus {
  lastDelivery: { type: string; outcome: string; receivedAt: number } | null;
  hasActiveOwner: boolean;
}

interface Clock {
  nowMs: number;
  /** How the asker writes a moment. */
  when: (atMs: number) => string;
}

/** Webhooks come at every sign-in and change; longer silence than this is worth a look. */
const silentWebhooksMs = 7 * 24 * 3600 * 1000;

/** One finding per required setting, and per optional one that is malformed. */
export function checkEnvironment(health: DeploymentHealth): Finding[] {
  const looked = health.settings.filter(({ required, state }) => required || state === 'malformed');
  return looked.map(({ name, state, remedy }) => {
    const subject = { id: `deployment.${name}`, title: `${name} on the deployment` };
    if (state === 'ok') return ok(subject, 'present, well-formed');
    const command = `npx convex env set ${name} ...`;
    return notOk(subject, 'problem', { detail: state, remedy: `${remedy}: ${command}` });
  });
}

export function checkLastDelivery(
  { lastDelivery: last }: Pick<DeploymentStatus, 'lastDelivery'>,
  { nowMs, when }: Clock,
): Finding {
  const subject = { id: 'convex.last-delivery', title: 'Last webhook' };
  const remedy =
    'Clerk Dashboard, Webhooks: is the endpoint enabled, and what do its deliveries say?';
  if (last === null) return notOk(subject, 'warning', { detail: 'none has ever arrived', remedy });
  const detail = `${last.type}, ${last.outcome}, ${when(last.receivedAt)}`;
  if (nowMs - last.receivedAt <= silentWebhooksMs) return ok(subject, detail);
  return notOk(subject, 'warning', { detail, remedy });
}

export function checkOwner({ hasActiveOwner }: Pick<DeploymentStatus, 'hasActiveOwner'>): Finding {
  const subject = { id: 'convex.first-owner', title: `An active ${ownerRole} exists` };
  if (hasActiveOwner) return ok(subject, 'yes');
  return notOk(subject, 'problem', {
    detail: 'none: nobody can manage roles',
    remedy:
      'npm run rollcall -- promote EMAIL, or set BOOTSTRAP_SUPERADMIN_EMAILS on the deployment before that person signs in.',
  });
}
