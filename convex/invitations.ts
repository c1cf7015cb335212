import { v } from 'convex/values';
import { internal } from './_generated/api';
import { internalAction, internalMutation, internalQuery } from './functions';
import type { Cause } from './model/auditLog';
import type { ClerkAnswer } from './model/clerkApi';
import {
  type ClerkInvitation,
  findInvitation,
  listInvitations,
  revokeInvitation,
  sendInvitation,
} from './model/clerkInvitations';
import { followInvitations, mustFollow } from './model/followInvitations';
import {
  claimInvitation,
  type InvitationOrder,
  type InvitationReport,
  settleInvitation,
} from './model/invitationOutbox';
import { log } from './model/log';
import { recordSchedule } from './model/schedules';
import { invitationState, roleValidator } from './model/validators';

const order = v.union(
  v.object({ kind: v.literal('send'), email: v.string(), role: roleValidator }),
  v.object({ kind: v.literal('revoke'), clerkId: v.string() }),
  v.object({ kind: v.literal('find'), email: v.string() }),
);

const report = v.union(
  v.object({
    kind: v.literal('done'),
    clerkId: v.optional(v.string()),
    state: v.optional(invitationState),
    expiresAt: v.optional(v.number()),
  }),
  v.object({ kind: v.literal('retry'), reason: v.string(), afterMs: v.optional(v.number()) }),
  v.object({
    kind: v.literal('refused'),
    reason: v.string(),
    otherRole: v.optional(v.string()),
  }),
);

/** One attempt of what is wanted of one invitation. Run by the pool; harmless to repeat. */
export const push = internalAction({
  args: { invitationId: v.id('invitations') },
  returns: v.null(),
  handler: async (ctx, { invitationId }) => {
    const claimed: InvitationOrder | null = await ctx.runMutation(internal.invitations.claim, {
      invitationId,
    });
    if (claimed === null) return null;
    const result = await carryOut(claimed);
    log(result.kind === 'done' ? 'info' : 'warn', 'invitation.push', {
      invitation: invitationId,
      kind: claimed.kind,
      result: result.kind,
      reason: result.kind === 'done' ? undefined : result.reason,
    });
    await ctx.runMutation(internal.invitations.settle, {
      invitationId,
      order: claimed.kind,
      report: result,
    });
    return null;
  },
});

async function carryOut(claimed: InvitationOrder): Promise<InvitationReport> {
  switch (claimed.kind) {
    case 'send': {
      const answer = await sendInvitation(claimed.email, claimed.role);
      const there = answer.kind === 'refused' && answer.code === 'duplicate_record';
      return there ? await adopt(claimed.email, claimed.role) : toReport(answer);
    }
    case 'find':
      return toReport(await findInvitation(claimed.email));
    case 'revoke': {
      const answer = await revokeInvitation(claimed.clerkId);
      if (answer.kind !== 'refused') return toReport(answer);
      if (answer.code === 'invitation_already_accepted') return { kind: 'done', state: 'accepted' };
      const gone = answer.notFound || answer.code === 'invitation_already_revoked';
      return gone ? { kind: 'done' } : toReport(answer);
    }
  }
}

/**
 * Clerk has an open invitation of this address: an earlier attempt got through although its answer
 * did not, unless it gives another role.
 */
async function adopt(email: string, role: string): Promise<InvitationReport> {
  const answer = await findInvitation(email);
  if (answer.kind !== 'ok' || answer.value?.role === role) return toReport(answer);
  const reason = 'Clerk has another open invitation of this address; revoke that one there first';
  return { kind: 'refused', reason, otherRole: answer.value?.role };
}

function toReport(answer: ClerkAnswer<ClerkInvitation>): InvitationReport {
  switch (answer.kind) {
    case 'ok': {
      const { clerkId, state, expiresAt } = answer.value ?? {};
      return { kind: 'done', clerkId, state, expiresAt };
    }
    case 'retry':
      return { kind: 'retry', reason: answer.reason, afterMs: answer.afterMs };
    case 'refused':
      return { kind: 'refused', reason: answer.reason };
  }
}

/** Looks how Clerk's invitations ended; nothing while none of ours is open or in doubt. */
export const follow = internalAction({
  args: {},
  returns: v.number(),
  handler: async (ctx): Promise<number> => {
    if (!(await ctx.runQuery(internal.invitations.anyToFollow, {}))) {
      return await ctx.runMutation(internal.invitations.followed, { listed: [] });
    }
    const states = ['revoked', 'accepted', 'pending'] as const;
    const answers = await Promise.all(states.map(async (state) => await listInvitations(state)));
    const all = answers.flatMap((answer) => (answer.kind === 'ok' ? (answer.value ?? []) : []));
    const listed = all.map(({ clerkId, state, email, role }) => ({ clerkId, state, email, role }));
    return await ctx.runMutation(internal.invitations.followed, { listed });
  },
});

export const anyToFollow = internalQuery({
  args: {},
  returns: v.boolean(),
  handler: async (ctx) => await mustFollow(ctx, Date.now()),
});

export const followed = internalMutation({
  args: {
    listed: v.array(
      v.object({
        clerkId: v.string(),
        state: invitationState,
        email: v.string(),
        role: v.optional(v.string()),
      }),
    ),
  },
  returns: v.number(),
  handler: async (ctx, { listed }) => {
    const now = Date.now();
    const count = await followInvitations(ctx, listed, now);
    const why = count === 0 ? undefined : `Followed ${count}`;
    await recordSchedule(ctx, 'follow invitations', { outcome: 'ok', why }, now);
    return count;
  },
});

export const claim = internalMutation({
  args: { invitationId: v.id('invitations') },
  returns: v.union(order, v.null()),
  handler: async (ctx, { invitationId }) => await claimInvitation(ctx, invitationId, Date.now()),
});

export const settle = internalMutation({
  args: {
    invitationId: v.id('invitations'),
    order: v.union(v.literal('send'), v.literal('revoke'), v.literal('find')),
    report,
  },
  returns: v.null(),
  handler: async (ctx, { invitationId: id, order: kind, report: ended }) => {
    await settleInvitation(ctx, { id, order: kind, report: ended }, byOutbox(id));
    return null;
  },
});

function byOutbox(id: string): Cause {
  const now = Date.now();
  return { actor: 'system', source: 'system', correlationId: `invitation:${id}`, now };
}
