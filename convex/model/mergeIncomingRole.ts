import type { MutationCtx } from '../_generated/server';
import { ownerRole, type Role } from '../../src/shared/roles';
import { appendAudit, type AuditEvent, type Cause } from './auditLog';
import { decideRole } from './changeRole';
import { releaseHeldDeletions } from './deleteClerkUser';
import { leavesNoOwner } from './lastOwner';
import { mergeRole } from './mergeRole';
import { closeQueued } from './intents';
import { otherActiveOwners, type UserChange, type UserRow } from './userRows';
import type { ClerkUser } from './validators';

export interface MergedRole {
  row: UserRow;
  change: UserChange;
  quarantined: boolean;
  /** What follows once the row is written. */
  finish: (row: UserRow) => Promise<void>;
}

/** Carries rule 6 over to a row: what to write, and what must happen besides. */
export async function mergeIncomingRole(
  ctx: MutationCtx,
  row: UserRow,
  user: ClerkUser,
  cause: Cause,
): Promise<MergedRole> {
  const nothing: MergedRole = { row, change: {}, quarantined: false, finish: async () => {} };
  const merge = mergeRole(
    {
      role: row.role,
      rev: row.roleRev,
      decidedAt: row.roleDecidedAt,
      unsettled: row.push.state !== 'synced',
    },
    row.clerk.role,
    {
      raw: user.role,
      rev: user.stamp?.rev,
      pushedRole: await roleOfIntent(ctx, row, user),
      updatedAt: user.updatedAt,
    },
  );
  const audit = async (event: Omit<AuditEvent, 'target'>) => {
    await appendAudit(ctx, cause, { ...event, target: `user:${row.externalId}` });
  };
  const rev = Math.max(row.roleRev, user.stamp?.rev ?? 0);
  switch (merge.kind) {
    case 'inSync': {
      const settled = merge.echo || row.push.state === 'failed';
      return {
        ...nothing,
        change: {
          roleRev: rev,
          roleIssue: undefined,
          ...(settled && row.push.state !== 'synced' ? { push: { state: 'synced' } } : {}),
        },
        finish: async (changed) => {
          if (settled && row.push.state === 'pending') {
            await closeQueued(ctx, changed, { as: 'done', of: 'role', now: cause.now });
          }
        },
      };
    }
    case 'oldNews':
      return nothing;
    case 'overwritten':
      return {
        ...nothing,
        finish: async (changed) => {
          await audit({ action: 'role.pushOvertaken', after: { role: row.role } });
          await decideRole(ctx, changed, row.role, { ...cause, source: row.roleSource });
        },
      };
    case 'unknown': {
      const seen = row.roleIssue?.raw === merge.raw;
      return {
        ...nothing,
        change: { roleIssue: seen ? row.roleIssue : { raw: merge.raw, seenAt: cause.now } },
        finish: async () => {
          if (!seen) await audit({ action: 'role.unknownInClerk', after: { raw: merge.raw } });
        },
      };
    }
    case 'conflict': {
      const facts = { ours: row.role, theirs: merge.theirs, winner: merge.winner };
      await audit({ action: 'role.conflict', after: facts });
      return merge.winner === 'ours'
        ? nothing
        : await takeTheirs(ctx, { row, role: merge.theirs, rev }, cause);
    }
    case 'external':
      return await takeTheirs(ctx, { row, role: merge.role, rev }, cause);
  }
}

/** An edit made in Clerk, unless it would leave nobody in charge. */
async function takeTheirs(
  ctx: MutationCtx,
  { row, role, rev }: { row: UserRow; role: Role; rev: number },
  cause: Cause,
): Promise<MergedRole> {
  const external = { ...cause, source: 'clerk' as const };
  const target = `user:${row.externalId}`;
  if (leavesNoOwner(row, { ...row, role }, await otherActiveOwners(ctx, row))) {
    await appendAudit(ctx, external, {
      action: 'role.externalQuarantined',
      target,
      before: { role: row.role },
      after: { refused: role, because: 'it would leave no active owner' },
      alarm: true,
    });
    return {
      row,
      change: { roleRev: rev },
      quarantined: true,
      // The compensating push: our role once more, with a revision of its own.
      finish: async (changed) => {
        await decideRole(ctx, changed, row.role, { ...cause, source: row.roleSource });
      },
    };
  }
  await appendAudit(ctx, external, {
    action: 'role.changedInClerk',
    target,
    before: { role: row.role, rev: row.roleRev },
    after: { role },
  });
  return {
    row,
    change: {
      role,
      roleRev: rev,
      roleSource: 'clerk',
      roleIssue: undefined,
      push: { state: 'synced' },
      updatedAt: cause.now,
    },
    quarantined: false,
    finish: async (changed) => {
      if (row.push.state === 'pending')
        await closeQueued(ctx, changed, { as: 'superseded', of: 'role', now: cause.now });
      if (role === ownerRole) await releaseHeldDeletions(ctx, cause);
    },
  };
}

/** Which role the push named by a payload carried; asked only when the payload is behind us. */
async function roleOfIntent(
  ctx: MutationCtx,
  row: UserRow,
  user: ClerkUser,
): Promise<Role | undefined> {
  const intent = user.stamp?.intent;
  if (intent === undefined || (user.stamp?.rev ?? 0) >= row.roleRev) return undefined;
  const id = ctx.db.normalizeId('roleIntents', intent);
  const found = id === null ? null : await ctx.db.get('roleIntents', id);
  return found?.userId === row._id ? found.role : undefined;
}
