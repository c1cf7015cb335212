import type { ActorRow } from './access';
import { type Cause, newCorrelationId } from './auditLog';

/** On behalf of the caller: a person at the console, or an API token that acts as one. */
export function byCaller(actor: ActorRow): Cause & { source: 'console' | 'api' } {
  const now = Date.now();
  const correlationId = newCorrelationId(now);
  return actor.token === undefined
    ? { actor: `user:${actor.externalId}`, source: 'console', correlationId, now }
    : { actor: `token:${actor.token.id}`, source: 'api', correlationId, now };
}

/** On behalf of whoever holds the deployment's admin or deploy key. */
export function byOperator(): Cause & { source: 'cli' } {
  const now = Date.now();
  return { actor: 'cli', source: 'cli', correlationId: newCorrelationId(now), now };
}

/** What Clerk says, by whatever job brings it. */
export function byClerk(): Cause & { source: 'clerk' } {
  const now = Date.now();
  return { actor: 'clerk', source: 'clerk', correlationId: newCorrelationId(now), now };
}
