import type { HealthCause, HealthState, RefusalReason } from '../../src/shared/webhook-health';
import {
  refusalsCountForMs,
  webhookDeadAfterMs,
  webhookGraceMs,
  webhookQuietAfterMs,
} from './limits';

export interface Missed {
  kind: string;
  externalId: string;
  /** Unix ms, as Clerk has it. */
  changedAt: number;
}

/** What the canary knows. All times are unix ms. */
export interface HealthFacts {
  now: number;
  hasSecret: boolean;
  /** Why Clerk could not be asked; undefined = it was. */
  notAsked?: string;
  /** Changes in Clerk that we have not, older than a delivery takes. */
  missed: readonly Missed[];
  /** Of the newest genuine event of our instance. */
  lastDeliveryAt?: number;
  /** Of the newest event of another instance. */
  lastForeignAt?: number;
  refusals: readonly { reason: RefusalReason; lastAt: number }[];
  /** Genuine events that fail to be applied, by the newest attempt. */
  lastFailureAt?: number;
  /** Addresses of ours that do not answer as they should, with what they do. */
  unreachable?: string;
  deadSince?: number;
}

export interface HealthVerdict {
  state: HealthState;
  cause?: HealthCause;
  detail?: string;
  deadSince?: number;
}

const causeOfRefusal: Record<RefusalReason, HealthCause> = {
  badSignature: 'wrongSecret',
  clockSkew: 'clockSkew',
  malformed: 'malformed',
  tooLarge: 'malformed',
  noSecret: 'noSecret',
};

/** Judges webhooks and names the cause. Pure and total. */
export function judgeHealth(facts: HealthFacts): HealthVerdict {
  const { now, missed, lastDeliveryAt, deadSince } = facts;
  if (!facts.hasSecret) return dead(facts, 'noSecret');
  if (facts.notAsked !== undefined) {
    return { state: 'unknown', cause: 'clerkNotAsked', detail: facts.notAsked, deadSince };
  }
  const isBack = lastDeliveryAt !== undefined && lastDeliveryAt > (deadSince ?? 0);
  if (missed.length === 0) {
    // A sync heals the data and hides the symptom: only an event proves that events come.
    if (deadSince !== undefined && !isBack) return dead(facts, causeOf(facts));
    if (lastDeliveryAt === undefined) return { state: 'unknown', cause: 'neverArrived' };
    return { state: lastDeliveryAt > now - webhookQuietAfterMs ? 'healthy' : 'quiet' };
  }
  const oldest = Math.min(...missed.map(({ changedAt }) => changedAt));
  const flows = isBack && lastDeliveryAt > oldest + webhookGraceMs;
  if (flows) return { state: 'late', cause: whyOnlySome(facts) };
  const isDead = deadSince !== undefined || now - oldest > webhookDeadAfterMs;
  if (isDead) return dead(facts, causeOf(facts));
  return { state: 'late', ...named(facts, causeOf(facts)) };
}

function dead(facts: HealthFacts, cause: HealthCause): HealthVerdict {
  return { state: 'dead', ...named(facts, cause), deadSince: facts.deadSince ?? facts.now };
}

function named(facts: HealthFacts, cause: HealthCause): { cause: HealthCause; detail?: string } {
  return cause === 'routeUnreachable' ? { cause, detail: facts.unreachable } : { cause };
}

/** Why nothing arrives: what is known for certain first, what is left over last. */
function causeOf(facts: HealthFacts): HealthCause {
  const { now, lastDeliveryAt = 0, lastForeignAt = 0, lastFailureAt = 0 } = facts;
  // What happened before the last event that got through explains nothing after it.
  const since = Math.max(lastDeliveryAt, now - refusalsCountForMs);
  if (lastForeignAt > since) return 'wrongInstance';
  const [newest] = facts.refusals
    .filter(({ lastAt }) => lastAt > since)
    .sort((a, b) => b.lastAt - a.lastAt);
  if (newest !== undefined) return causeOfRefusal[newest.reason];
  if (lastFailureAt > since) return 'eventsFailing';
  if (facts.unreachable !== undefined) return 'routeUnreachable';
  return facts.lastDeliveryAt === undefined ? 'neverArrived' : 'endpointDisabled';
}

/** Why some arrive and others do not. */
function whyOnlySome({ missed, lastFailureAt = 0, now }: HealthFacts): HealthCause {
  if (lastFailureAt > now - refusalsCountForMs) return 'eventsFailing';
  const kinds = new Set(missed.map(({ kind }) => kind));
  return kinds.size === 1 && missed.length > 1 ? 'eventsNotSubscribed' : 'someMissing';
}
