import type { Doc } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import { appendAudit, type Cause } from './auditLog';
import { applyEvent, type Effect } from './deliveries';
import { payloadOf } from './deliveryPayloads';
import { fail } from './errors';
import type { ClerkEvent } from './validators';

/**
 * Applies once more what a delivery said, by the very rules of its arrival: the version register and
 * tombstones decide, so that nothing old overwrites newer and nothing deleted comes back.
 */
export async function replayDelivery(
  ctx: MutationCtx,
  delivery: Doc<'deliveries'>,
  cause: Cause,
): Promise<Pick<Effect, 'outcome' | 'why'>> {
  const payload = await payloadOf(ctx, delivery);
  if (payload?.event === undefined) fail('PAYLOAD_GONE');
  // Written by `keepPayload` from a validated event.
  const event = JSON.parse(payload.event) as ClerkEvent;
  const { outcome, why, alarm } = await applyEvent(ctx, event, cause);
  await ctx.db.patch('deliveries', delivery._id, {
    replay: { at: cause.now, by: cause.actor, outcome, why },
    alarm: delivery.alarm || (alarm ?? false),
  });
  await appendAudit(ctx, cause, {
    action: 'delivery.replayed',
    target: `delivery:${delivery.svixId}`,
    before: { outcome: delivery.outcome },
    after: { outcome, type: delivery.type },
  });
  return { outcome, why };
}
