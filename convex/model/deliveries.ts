import type { MutationCtx } from '../_generated/server';
import { applyClerkUser, type ApplyOutcome } from './applyClerkUser';
import { applyMembership } from './applyMembership';
import { applyOrganization, type MirrorOutcome } from './applyOrganization';
import { appendAudit, type Cause } from './auditLog';
import { keepPayload } from './deliveryPayloads';
import { deleteClerkUser, type DeletionResult } from './deleteClerkUser';
import { deleteMembership } from './deleteMembership';
import { deleteOrganization } from './deleteOrganization';
import { firstRow } from './firstRow';
import { isOurInstance } from './instance';
import type { ClerkEvent, DeliveryOutcome } from './validators';

export interface Receipt {
  svixId: string;
  /** SHA-256 of the raw body, hex. */
  payloadHash: string;
  event: ClerkEvent;
}

export interface Effect {
  outcome: DeliveryOutcome;
  why?: string;
  entityId?: string;
  alarm?: boolean;
}

/** Rule 4: receipt, effect and audit entries of one webhook, in the caller's transaction. */
export async function receiveDelivery(
  ctx: MutationCtx,
  receipt: Receipt,
  now: number,
): Promise<DeliveryOutcome> {
  const { svixId, payloadHash, event } = receipt;
  const cause: Cause = { actor: 'clerk', source: 'clerk', correlationId: `svix:${svixId}`, now };
  const seen = await firstRow(
    ctx.db.query('deliveries').withIndex('bySvixId', (q) => q.eq('svixId', svixId)),
  );
  if (seen !== null) {
    const sameBody = seen.payloadHash === payloadHash;
    await ctx.db.patch('deliveries', seen._id, {
      repeats: seen.repeats + 1,
      alarm: seen.alarm || !sameBody,
    });
    if (!sameBody) await alarmChangedBody(ctx, receipt, seen.payloadHash, cause);
    return 'duplicate';
  }
  const effect = await applyEvent(ctx, event, cause);
  await ctx.db.insert('deliveries', {
    svixId,
    type: event.type,
    entityId: effect.entityId,
    payloadHash,
    payload: await keepPayload(ctx, event),
    outcome: effect.outcome,
    why: effect.why,
    receivedAt: now,
    repeats: 0,
    alarm: effect.alarm ?? false,
  });
  return effect.outcome;
}

/** What an event asks for, by the rules that hold now; the receipt is the caller's business. */
export async function applyEvent(
  ctx: MutationCtx,
  event: ClerkEvent,
  cause: Cause,
): Promise<Effect> {
  if (!(await isOurInstance(ctx, event.instanceId))) return await refuseForeign(ctx, event, cause);
  switch (event.kind) {
    case 'user': {
      const { user, instanceId } = event;
      const arrival = { user, instanceId, via: { kind: 'webhook' as const } };
      const applied = await applyClerkUser(ctx, arrival, cause);
      return { ...explainUpsert(applied), entityId: user.externalId };
    }
    case 'userDeleted': {
      const result = await deleteClerkUser(ctx, event.externalId, cause);
      return { ...explainDeletion(result, 'person'), entityId: event.externalId };
    }
    case 'organization': {
      const { organization, instanceId } = event;
      const arrival = { organization, instanceId, via: { kind: 'webhook' } };
      const applied = await applyOrganization(ctx, arrival, cause);
      return { ...explainMirror(applied, 'organization'), entityId: organization.externalId };
    }
    case 'organizationDeleted': {
      const result = await deleteOrganization(ctx, event.externalId, cause);
      return { ...explainDeletion(result, 'organization'), entityId: event.externalId };
    }
    case 'membership': {
      const { membership, instanceId } = event;
      const arrival = { membership, instanceId, via: { kind: 'webhook' } };
      const applied = await applyMembership(ctx, arrival, cause);
      return { ...explainMirror(applied, 'membership'), entityId: membership.externalId };
    }
    case 'membershipDeleted': {
      const result = await deleteMembership(ctx, event.externalId, cause);
      return { ...explainDeletion(result, 'membership'), entityId: event.externalId };
    }
    case 'unknown':
      return { outcome: 'ignored', why: 'Rollcall does not use events of this type' };
    case 'poison':
      return { outcome: 'failed', why: event.why, alarm: true };
  }
}

type Noun = 'person' | 'organization' | 'membership';

function explainUpsert({ kind }: ApplyOutcome): Effect {
  if (kind === 'held') {
    return {
      outcome: 'quarantined',
      why: 'a brake on mass changes holds its role until superadmins decide; the rest was applied',
    };
  }
  if (kind !== 'quarantined') return explainMirror(kind, 'person');
  return {
    outcome: 'quarantined',
    why: 'its role would leave no active owner; the rest was applied and the role sent back',
    alarm: true,
  };
}

function explainMirror(kind: MirrorOutcome, noun: Noun): Effect {
  switch (kind) {
    case 'created':
    case 'updated':
      return { outcome: 'applied' };
    case 'stale':
      return { outcome: 'stale', why: `a newer state of this ${noun} was applied before` };
    case 'duplicate':
      return { outcome: 'duplicate', why: `this state of the ${noun} was applied before` };
    case 'refetch':
      return {
        outcome: 'stale',
        why: 'two states of one instant differ; asking Clerk which holds',
      };
    case 'tombstoned':
      return {
        outcome: 'stale',
        why:
          noun === 'membership'
            ? 'this membership, its person or its organization was deleted'
            : `this ${noun} was deleted`,
      };
  }
}

function explainDeletion(result: DeletionResult, noun: Noun): Effect {
  switch (result) {
    case 'deleted':
      return { outcome: 'applied' };
    case 'alreadyDeleted':
      return { outcome: 'duplicate', why: `this ${noun} was deleted before` };
    case 'held':
      return {
        outcome: 'quarantined',
        why: 'the last active owner: cut off now, deleted once there is another one',
        alarm: true,
      };
  }
}

async function refuseForeign(ctx: MutationCtx, event: ClerkEvent, cause: Cause): Promise<Effect> {
  await appendAudit(ctx, cause, {
    action: 'delivery.foreignInstance',
    target: cause.correlationId.replace('svix:', 'delivery:'),
    after: { instanceId: event.instanceId ?? null, type: event.type },
    alarm: true,
  });
  return {
    outcome: 'quarantined',
    why: `WRONG_INSTANCE: the event belongs to ${event.instanceId}`,
    alarm: true,
  };
}

async function alarmChangedBody(
  ctx: MutationCtx,
  { svixId, payloadHash }: Receipt,
  firstHash: string,
  cause: Cause,
): Promise<void> {
  await appendAudit(ctx, cause, {
    action: 'delivery.bodyChanged',
    target: `delivery:${svixId}`,
    before: { payloadHash: firstHash },
    after: { payloadHash },
    alarm: true,
  });
}
