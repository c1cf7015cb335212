import type { InvitationState } from '../../src/shared/invitations';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import type { Cause } from './auditLog';
import { doubted, queueInvitation, tooLate } from './invitationOutbox';
import { expire, settle } from './invitations';
import { maintenanceBatch } from './limits';

type Invitation = Doc<'invitations'>;

/** Whether Clerk has to be asked: an invitation is open, or one taken back may reach it yet. */
export async function mustFollow(ctx: QueryCtx, now: number): Promise<boolean> {
  const open = await ctx.db
    .query('invitations')
    .withIndex('byState', (q) => q.eq('state', 'pending'))
    .first();
  return open !== null || (await doubted(ctx, now)).length > 0;
}

/** What Clerk says about an invitation. */
export interface Listed {
  clerkId: string;
  state: InvitationState;
  email: string;
  role?: string;
}

/** Clerk sends no event when an invitation is revoked or accepted there: what it lists is followed. */
export async function followInvitations(
  ctx: MutationCtx,
  listed: readonly Listed[],
  now: number,
): Promise<number> {
  const cause: Cause = { actor: 'clerk', source: 'clerk', correlationId: `canary:${now}`, now };
  const lost = await doubted(ctx, now);
  let followed = 0;
  for (const one of listed) {
    const named = await ctx.db
      .query('invitations')
      .withIndex('byClerkId', (q) => q.eq('clerkId', one.clerkId))
      .take(10);
    const open = named.find((row) => row.state === 'pending');
    if (open !== undefined && one.state !== 'pending') {
      await settle(ctx, open, { state: one.state }, cause);
      followed += 1;
    }
    if (named.length > 0) continue;
    const ours = lost.find((row) => isLateArrival(row, one));
    if (ours !== undefined && (await takeBack(ctx, ours, one, cause))) followed += 1;
  }
  return followed;
}

/** Nobody here can name it, and it is what we once asked for in vain. */
function isLateArrival(row: Invitation, { email, role }: Listed): boolean {
  return row.email === email && row.role === role;
}

/** An invitation that was taken back before it arrived must not let anybody in. */
async function takeBack(
  ctx: MutationCtx,
  row: Invitation,
  { clerkId, state, role }: Listed,
  cause: Cause,
): Promise<boolean> {
  const isOpenAgain = await ctx.db
    .query('invitations')
    .withIndex('byEmail', (q) => q.eq('email', row.email).eq('state', 'pending'))
    .first();
  // A newer one to the same role takes it over when it is sent.
  if (isOpenAgain?.role === role || row.push.state === 'pending') return false;
  if (state === 'accepted') {
    await ctx.db.patch('invitations', row._id, { clerkId });
    await tooLate(ctx, row, cause);
    return true;
  }
  if (state !== 'pending') return false;
  // The doubt stays: it was asked for more than once, and the next of them may arrive yet.
  await ctx.db.patch('invitations', row._id, {
    clerkId,
    wanted: 'revoke',
    push: { state: 'pending' },
    attempts: 0,
    notBefore: cause.now,
    updatedAt: cause.now,
  });
  await queueInvitation(ctx, row._id, 0);
  return true;
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
