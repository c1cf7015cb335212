import type { InvitationState } from '../../src/shared/invitations';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import type { Cause } from './auditLog';
import { expire, settle } from './invitations';
import { maintenanceBatch } from './limits';

/** Whether any invitation is open: otherwise Clerk need not be asked about them. */
export async function hasOpenInvitations(ctx: QueryCtx): Promise<boolean> {
  const open = await ctx.db
    .query('invitations')
    .withIndex('byState', (q) => q.eq('state', 'pending'))
    .first();
  return open !== null;
}

/** Clerk sends no event when an invitation is revoked or accepted there: what it lists is followed. */
export async function followInvitations(
  ctx: MutationCtx,
  ended: readonly { clerkId: string; state: InvitationState }[],
  now: number,
): Promise<number> {
  const cause: Cause = { actor: 'clerk', source: 'clerk', correlationId: `canary:${now}`, now };
  let followed = 0;
  for (const { clerkId, state } of ended) {
    if (state === 'pending') continue;
    const row = await ctx.db
      .query('invitations')
      .withIndex('byClerkId', (q) => q.eq('clerkId', clerkId))
      .first();
    if (row?.state !== 'pending') continue;
    await settle(ctx, row, { state }, cause);
    followed += 1;
  }
  return followed;
}

/** Ends what time has ended. */
export async function expireInvitations(ctx: MutationCtx, now: number): Promise<number> {
  const over = await ctx.db
    .query('invitations')
    .withIndex('byState', (q) => q.eq('state', 'pending').lte('expiresAt', now))
    .take(maintenanceBatch);
  const correlationId = `expire:${now}`;
  for (const row of over) {
    await expire(ctx, row, { actor: 'system', source: 'system', correlationId, now });
  }
  return over.length;
}
