import { appConfig } from '../../app.config';
import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { userByExternalId } from './access';
import { isKnownForeign } from './instance';
import { payloadsScrubbedAtOnce } from './limits';
import type { ClerkEvent } from './validators';

/**
 * Keeps what a delivery said, for its receipt to point at. Nothing is kept of events that Rollcall does not
 * use, of another instance, and of people who were erased before.
 */
export async function keepPayload(
  ctx: MutationCtx,
  event: ClerkEvent,
): Promise<Id<'deliveryPayloads'> | undefined> {
  if (event.kind === 'unknown' || event.kind === 'poison') return undefined;
  if (await isKnownForeign(ctx, event.instanceId)) return undefined;
  const personId = personOf(event);
  const erased = personId !== undefined && (await wasErased(ctx, personId));
  return await ctx.db.insert('deliveryPayloads', {
    event: erased ? undefined : JSON.stringify(event),
    personId,
  });
}

/** B5: empties what deliveries said of an erased person; many of them by jobs. */
export async function scrubPayloadsOf(ctx: MutationCtx, personId: string): Promise<void> {
  const kept = await ctx.db
    .query('deliveryPayloads')
    .withIndex('byPerson', (q) => q.eq('personId', personId))
    .take(payloadsScrubbedAtOnce);
  for (const payload of kept) {
    // Off the index too, so that the next batch finds only what is left.
    await ctx.db.patch('deliveryPayloads', payload._id, { event: undefined, personId: undefined });
  }
  if (kept.length === payloadsScrubbedAtOnce) {
    await ctx.scheduler.runAfter(0, internal.maintenance.scrubPayloads, { personId });
  }
}

/** Null where nothing was kept, or no longer. */
export async function payloadOf(
  ctx: QueryCtx,
  { payload }: Pick<Doc<'deliveries'>, 'payload'>,
): Promise<Doc<'deliveryPayloads'> | null> {
  return payload === undefined ? null : await ctx.db.get('deliveryPayloads', payload);
}

function personOf(event: ClerkEvent): string | undefined {
  switch (event.kind) {
    case 'user':
      return event.user.externalId;
    case 'userDeleted':
      return event.externalId;
    case 'membership':
      return event.membership.userExternalId;
    default:
      return undefined;
  }
}

/** Only an installation that erases has anybody erased, so only there is it looked up. */
async function wasErased(ctx: MutationCtx, personId: string): Promise<boolean> {
  // The type of the setting is its value here; it may be set to the other one.
  if ((appConfig.deletedUsers as string) !== 'erase') return false;
  const row = await userByExternalId(ctx, personId);
  return row?.deletedAt !== undefined;
}
