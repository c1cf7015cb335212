import { paginationOptsValidator, type PaginationOptions } from 'convex/server';
import { type Infer, v } from 'convex/values';
import { emailLengthMax, emailPattern } from '../../src/shared/invitations';
import { can, decide } from '../../src/shared/permissions';
import { defaultRole, type Role } from '../../src/shared/roles';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { type ActorRow, requireSometimes } from './access';
import { appendAudit, type Cause } from './auditLog';
import { fail } from './errors';
import { firstRow } from './firstRow';
import { queueInvitation } from './invitationOutbox';
import { invitationLastsMs } from './limits';
import { boundedPage } from './listing';
import { invitationState, pushState, roleValidator } from './validators';

export type Invitation = Doc<'invitations'>;

/** What leaves the database. */
export const invitationView = v.object({
  _id: v.id('invitations'),
  email: v.string(),
  role: roleValidator,
  state: invitationState,
  push: pushState,
  invitedBy: v.string(),
  acceptedBy: v.optional(v.string()),
  createdAt: v.number(),
  updatedAt: v.number(),
  expiresAt: v.number(),
});

export function toInvitationView(row: Invitation): Infer<typeof invitationView> {
  const { _id, email, role, state, push, invitedBy, acceptedBy, createdAt, updatedAt, expiresAt } =
    row;
  return { _id, email, role, state, push, invitedBy, acceptedBy, createdAt, updatedAt, expiresAt };
}

export const invitationPageArgs = { paginationOpts: paginationOptsValidator };

/** Newest first. */
export async function pageOfInvitations(ctx: QueryCtx, options: PaginationOptions) {
  const page = await ctx.db
    .query('invitations')
    .withIndex('byCreated')
    .order('desc')
    .paginate(boundedPage(options));
  return { ...page, page: page.page.map(toInvitationView) };
}

/**
 * Rule 8: whom one may invite as what. An invitation with another than the default role grants that
 * role, which takes the permission to set roles besides.
 */
export function requireMayInvite(actor: ActorRow, role: Role): void {
  requireSometimes(actor, 'users:invite');
  const who = { id: actor.externalId, role: actor.role, isActive: actor.isActive };
  // Nobody's id: the invited person has none yet.
  const target = { id: '', role };
  const verdict = decide(who, 'users:invite', target);
  if (!verdict.allowed) fail(verdict.code);
  if (role === defaultRole) return;
  requireSometimes(actor, 'users:setRole');
  if (!can(who, 'users:setRole', target)) fail('FORBIDDEN');
}

/** D2: invites an address to sign up with a role. The caller has checked permission. */
export async function invite(
  ctx: MutationCtx,
  wanted: { email: string; role: Role },
  cause: Cause,
): Promise<Invitation> {
  const email = readEmail(wanted.email);
  const known = await ctx.db
    .query('users')
    .withIndex('byEmail', (q) => q.eq('email', email))
    .take(10);
  if (known.some((row) => row.deletedAt === undefined)) fail('USER_EXISTS', { field: 'email' });
  const open = await openInvitation(ctx, email);
  if (open !== null && open.expiresAt > cause.now) fail('ALREADY_INVITED', { field: 'email' });
  if (open !== null) await expire(ctx, open, cause);
  const { now } = cause;
  const id = await ctx.db.insert('invitations', {
    email,
    role: wanted.role,
    state: 'pending',
    push: { state: 'pending' },
    wanted: 'send',
    attempts: 0,
    notBefore: now,
    invitedBy: cause.actor,
    createdAt: now,
    updatedAt: now,
    expiresAt: now + invitationLastsMs,
  });
  await queueInvitation(ctx, id, 0);
  await appendAudit(ctx, cause, {
    action: 'user.invited',
    target: `invitation:${id}`,
    after: { role: wanted.role },
  });
  return await mustGet(ctx, id);
}

/**
 * Takes an open invitation back, here at once. One that Clerk has already is revoked there by
 * outbox; one that it has not is never sent.
 */
export async function revoke(ctx: MutationCtx, row: Invitation, cause: Cause): Promise<Invitation> {
  if (row.state !== 'pending' || row.expiresAt <= cause.now) fail('INVITATION_SETTLED');
  const neverSent = row.clerkId === undefined && row.attempts === 0;
  await ctx.db.patch('invitations', row._id, {
    state: 'revoked',
    wanted: 'revoke',
    push: { state: neverSent ? 'synced' : 'pending' },
    // A request under way ends first; its report goes on from here.
    attempts: 0,
    notBefore: cause.now,
    updatedAt: cause.now,
  });
  if (!neverSent) await queueInvitation(ctx, row._id, 0);
  await appendAudit(ctx, cause, {
    action: 'invitation.revoked',
    target: `invitation:${row._id}`,
    before: { state: row.state, role: row.role },
    after: { state: 'revoked' },
  });
  return await mustGet(ctx, row._id);
}

/** Somebody with this address has a row now: their open invitation has done its work. */
export async function acceptInvitationOf(
  ctx: MutationCtx,
  user: { email?: string; externalId: string },
  cause: Cause,
): Promise<void> {
  if (user.email === undefined) return;
  await acceptInvitation(ctx, await openInvitation(ctx, user.email), user, cause);
}

/** The same for who has looked for it already. */
export async function acceptInvitation(
  ctx: MutationCtx,
  open: Invitation | null,
  { externalId }: { externalId: string },
  cause: Cause,
): Promise<void> {
  if (open === null) return;
  await settle(ctx, open, { state: 'accepted', acceptedBy: `user:${externalId}` }, cause);
}

/** Ends an open invitation as Clerk or time has ended it. */
export async function settle(
  ctx: MutationCtx,
  row: Invitation,
  end: { state: 'accepted' | 'revoked' | 'expired'; acceptedBy?: string },
  cause: Cause,
): Promise<void> {
  if (row.state !== 'pending') return;
  await ctx.db.patch('invitations', row._id, {
    ...end,
    push: { state: 'synced' },
    updatedAt: cause.now,
  });
  await appendAudit(ctx, cause, {
    action: `invitation.${end.state}`,
    target: `invitation:${row._id}`,
    before: { state: row.state, role: row.role },
    after: { state: end.state, ...(end.acceptedBy ? { by: end.acceptedBy } : {}) },
  });
}

export async function expire(ctx: MutationCtx, row: Invitation, cause: Cause): Promise<void> {
  await settle(ctx, row, { state: 'expired' }, { ...cause, actor: 'system', source: 'system' });
}

/** The one that waits for an address: `invite` lets there be no second one. */
export async function openInvitation(ctx: MutationCtx, email: string): Promise<Invitation | null> {
  return await firstRow(
    ctx.db
      .query('invitations')
      .withIndex('byEmail', (q) => q.eq('email', email).eq('state', 'pending')),
  );
}

async function mustGet(ctx: MutationCtx, id: Invitation['_id']): Promise<Invitation> {
  const row = await ctx.db.get('invitations', id);
  if (row === null) throw new Error('an invitation just written is not there');
  return row;
}

function readEmail(value: string): string {
  const email = value.trim().toLowerCase();
  if (email.length > emailLengthMax || !emailPattern.test(email)) {
    fail('INVALID_INPUT', { field: 'email', message: 'This is not an email address.' });
  }
  return email;
}
