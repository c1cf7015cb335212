import { mergedStream, type QueryStream, stream } from 'convex-helpers/server/stream';
import type { PaginationOptions, PaginationResult } from 'convex/server';
import { type Infer, v } from 'convex/values';
import { deliveryOutcomes, idSearchLengthMax } from '../../src/shared/deliveries';
import type { Doc } from '../_generated/dataModel';
import type { QueryCtx } from '../_generated/server';
import schema from '../schema';
import { type ActorRow, mayEver, userByExternalId } from './access';
import { auditParty, party } from './auditListing';
import { payloadOf } from './deliveryPayloads';
import { fail } from './errors';
import { filteredPage } from './filteredPage';
import { boundedPage, checkCursor } from './listing';
import { maskedEvent } from './maskedEvent';

import { deliveryOutcome } from './validators';

type Delivery = Doc<'deliveries'>;

export const deliveryView = v.object({
  _id: v.id('deliveries'),
  svixId: v.string(),
  type: v.string(),
  entityId: v.optional(v.string()),
  /** Whom or what it is about; null when it is about nothing of ours. */
  entity: v.union(v.null(), auditParty),
  outcome: deliveryOutcome,
  why: v.optional(v.string()),
  receivedAt: v.number(),
  repeats: v.number(),
  alarm: v.boolean(),
  replay: v.optional(
    v.object({
      at: v.number(),
      outcome: deliveryOutcome,
      why: v.optional(v.string()),
      /** Null when it is not known, or not to the viewer. */
      by: v.union(v.string(), v.null()),
    }),
  ),
});
export type DeliveryView = Infer<typeof deliveryView>;

export const deliveryDetail = deliveryView.extend({
  payloadHash: v.string(),
  payload: v.union(
    /** `event`: JSON text. `masked`: names of what is hidden from this viewer. */
    v.object({ kind: v.literal('kept'), event: v.string(), masked: v.array(v.string()) }),
    v.object({ kind: v.literal('erased') }),
    /** Never kept, or forgotten by now. */
    v.object({ kind: v.literal('absent') }),
  ),
});

export const deliveryFilter = {
  outcome: v.optional(deliveryOutcome),
  type: v.optional(v.string()),
  /** A Clerk id. */
  entityId: v.optional(v.string()),
  svixId: v.optional(v.string()),
  alarm: v.optional(v.literal(true)),
};
const filterObject = v.object(deliveryFilter);
export type DeliveryFilter = Infer<typeof filterObject>;

/** One page of receipts, newest first, on the index of the narrowest field asked for. */
export async function listDeliveries(
  ctx: QueryCtx & { actor: ActorRow },
  filter: DeliveryFilter,
  paginationOpts: PaginationOptions,
): Promise<PaginationResult<DeliveryView>> {
  const options = boundedPage(paginationOpts);
  checkCursor(options.cursor);
  for (const field of ['type', 'entityId', 'svixId'] as const) {
    if ((filter[field]?.length ?? 0) > idSearchLengthMax) fail('INVALID_INPUT', { field });
  }
  const page = await filteredPage<Delivery>(
    rangeOf(ctx, filter),
    (row) => fits(row, filter),
    options,
  );
  return { ...page, page: await Promise.all(page.page.map((row) => toView(ctx, row))) };
}

/** One delivery with what it said, as far as the viewer may read it. */
export async function getDelivery(
  ctx: QueryCtx & { actor: ActorRow },
  row: Delivery,
): Promise<Infer<typeof deliveryDetail>> {
  const [view, payload] = await Promise.all([toView(ctx, row), payloadOf(ctx, row)]);
  const { payloadHash } = row;
  if (payload === null) return { ...view, payloadHash, payload: { kind: 'absent' } };
  if (payload.event === undefined) return { ...view, payloadHash, payload: { kind: 'erased' } };
  const { event, masked } = maskedEvent(payload.event, {
    people: mayEver(ctx.actor, 'users:read'),
    metadata: mayEver(ctx.actor, 'deliveries:replay'),
  });
  return { ...view, payloadHash, payload: { kind: 'kept', event, masked } };
}

function rangeOf(
  ctx: QueryCtx,
  { outcome, type, entityId, svixId, alarm }: DeliveryFilter,
): QueryStream<Delivery> {
  const deliveries = stream(ctx.db, schema).query('deliveries');
  if (svixId !== undefined) {
    return deliveries.withIndex('bySvixId', (q) => q.eq('svixId', svixId)).order('desc');
  }
  if (entityId !== undefined) {
    return deliveries.withIndex('byEntity', (q) => q.eq('entityId', entityId)).order('desc');
  }
  if (alarm !== undefined) {
    return byOutcomes(ctx, outcome === undefined ? deliveryOutcomes : [outcome], [alarm]);
  }
  if (type !== undefined) {
    return deliveries.withIndex('byType', (q) => q.eq('type', type)).order('desc');
  }
  if (outcome !== undefined) return byOutcomes(ctx, [outcome]);
  return deliveries.withIndex('by_creation_time').order('desc');
}

/**
 * What several ranges of one index hold, newest first: one more index for alarms alone would cost
 * every webhook an entry.
 */
export function byOutcomes(
  ctx: QueryCtx,
  outcomes: readonly Delivery['outcome'][],
  alarms: readonly boolean[] = [true, false],
): QueryStream<Delivery> {
  const ranges = outcomes.flatMap((outcome) =>
    alarms.map((alarm) =>
      stream(ctx.db, schema)
        .query('deliveries')
        .withIndex('byOutcome', (q) => q.eq('outcome', outcome).eq('alarm', alarm))
        .order('desc'),
    ),
  );
  return mergedStream(ranges, ['receivedAt']);
}

function fits(row: Delivery, { outcome, type, entityId, alarm }: DeliveryFilter): boolean {
  return (
    (outcome === undefined || row.outcome === outcome) &&
    (type === undefined || row.type === type) &&
    (entityId === undefined || row.entityId === entityId) &&
    (alarm === undefined || row.alarm)
  );
}

async function toView(ctx: QueryCtx & { actor: ActorRow }, row: Delivery): Promise<DeliveryView> {
  return {
    _id: row._id,
    svixId: row.svixId,
    type: row.type,
    entityId: row.entityId,
    entity: await entityOf(ctx, row),
    outcome: row.outcome,
    why: row.why,
    receivedAt: row.receivedAt,
    repeats: row.repeats,
    alarm: row.alarm,
    replay: row.replay && {
      at: row.replay.at,
      outcome: row.replay.outcome,
      why: row.replay.why,
      by: await personName(ctx, row.replay.by),
    },
  };
}

/** By the type of the event: ids of Clerk do not say of what they are. */
async function entityOf(
  ctx: QueryCtx & { actor: ActorRow },
  { type, entityId }: Delivery,
): Promise<DeliveryView['entity']> {
  if (entityId === undefined) return null;
  if (type.startsWith('user.')) return await party(ctx, `user:${entityId}`);
  if (type.startsWith('organization.')) return await party(ctx, `organization:${entityId}`);
  return await party(ctx, `membership:${entityId}`);
}

async function personName(
  ctx: QueryCtx & { actor: ActorRow },
  ref: string,
): Promise<string | null> {
  if (!ref.startsWith('user:') || !mayEver(ctx.actor, 'users:read')) return null;
  return (await userByExternalId(ctx, ref.slice('user:'.length)))?.name ?? null;
}
