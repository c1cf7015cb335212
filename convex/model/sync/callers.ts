import { type ActorRow, requireSometimes } from '../access';

/** A1, in the words of the guide. */
export function requireSync(actor: ActorRow, permission: 'sync:read' | 'sync:run'): void {
  requireSometimes(actor, permission, 'Unauthorized: Admin access required');
}

/** Whether a person or an API token starts a run. */
export function triggerOf(actor: ActorRow): 'console' | 'api' {
  return actor.token === undefined ? 'console' : 'api';
}
