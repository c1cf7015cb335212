import type { Id } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { defaultRole, isRole, ownerRole, type Role } from '../../src/shared/roles';
import { appendAudit, type AuditEvent, type Cause } from './auditLog';
import { decideRole } from './changeRole';
import { releaseHeldDeletions } from './deleteClerkUser';
import { leavesNoOwner } from './lastOwner';
import { mergeRole, type RoleMerge } from './mergeRole';
import { closeOpen, givenUp } from './intents';
import { passBrake } from './roleBrake';
import { otherActiveOwners, patchUser, type UserChange, type UserRow } from './userRows';
import type { ClerkUser } from './validators';

export interface MergedRole {
  row: UserRow;
  change: UserChange;
  quarantined: boolean;
  /** A brake keeps Clerk's role from counting. */
  held?: boolean;
  /** What follows once the row is written; absent where nothing does. */
  finish?: (row: UserRow) => Promise<void>;
}

/** Carries rule 6 over to a row: what to write, and what must happen besides. */
export async function mergeIncomingRole(
  ctx: MutationCtx,
  row: UserRow,
  user: ClerkUser,
  cause: Cause,
): Promise<MergedRole> {
  const nothing: MergedRole = { row, change: {}, quarantined: false };
  const merge = await judgeRole(ctx, row, user);
  const audit = async (event: Omit<AuditEvent, 'target'>) => {
    await appendAudit(ctx, cause, { ...event, target: `user:${row.externalId}` });
  };
  const rev = Math.max(row.roleRev, user.stamp?.rev ?? 0);
  switch (merge.kind) {
    case 'inSync': {
      const change = { roleRev: rev, roleIssue: undefined, heldRole: undefined };
      const settled = merge.echo || givenUp(row.push);
      if (!settled || row.push.state === 'synced') return { ...nothing, change };
      return {
        ...nothing,
        change: { ...change, push: { state: 'synced' } },
        finish: async (changed) =>
          await closeOpen(ctx, changed, { as: 'done', of: 'role', now: cause.now }),
      };
    }
    case 'oldNews':
      return nothing;
    case 'overwritten':
      return {
        ...nothing,
        finish: async (changed) => await pushAgain(ctx, changed, user.role ?? null, cause),
      };
    case 'unknown': {
      const seen = row.roleIssue?.raw === merge.raw;
      const change = { heldRole: undefined };
      if (seen) return { ...nothing, change };
      return {
        ...nothing,
        change: { ...change, roleIssue: { raw: merge.raw, seenAt: cause.now } },
        finish: async () => {
          const before = { role: row.role, inClerk: row.clerk.role ?? null };
          const after = { role: row.role, raw: merge.raw };
          await audit({ action: 'role.unknownInClerk', before, after });
        },
      };
    }
    case 'conflict': {
      const facts = { ours: row.role, theirs: merge.theirs, winner: merge.winner };
      const before = { role: row.role, inClerk: row.clerk.role ?? null };
      await audit({ action: 'role.conflict', before, after: facts });
      return merge.winner === 'ours'
        ? nothing
        : await takeTheirs(ctx, { row, role: merge.theirs, rev, at: user.updatedAt }, cause);
    }
    case 'external':
      return await takeTheirs(ctx, { row, role: merge.role, rev, at: user.updatedAt }, cause);
  }
}

/**
 * Called when a push was answered with less news than the row has of Clerk. A known role there that
 * is not ours was left by an older push, which landed after this one: an edit by hand would have
 * been taken. It read as old news while this push was under way; now ours has to go out again.
 */
export async function compareRole(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<void> {
  const there = row.clerk.role ?? defaultRole;
  if (row.push.state !== 'synced' || row.heldRole !== undefined) return;
  if (row.deletedAt !== undefined || row.heldDeletionAt !== undefined) return;
  if (!isRole(there) || there === row.role) return;
  await pushAgain(ctx, row, there, cause);
}

/** An older push of ours has landed in Clerk after the newest one. */
async function pushAgain(
  ctx: MutationCtx,
  row: UserRow,
  inClerk: string | null,
  cause: Cause,
): Promise<void> {
  await appendAudit(ctx, cause, {
    action: 'role.pushOvertaken',
    target: `user:${row.externalId}`,
    before: { inClerk },
    after: { role: row.role },
  });
  await decideRole(ctx, row, row.role, { ...cause, source: row.roleSource });
}

/** Rule 6 for a row and a payload; changes nothing. */
export async function judgeRole(
  ctx: QueryCtx | MutationCtx,
  row: UserRow,
  user: ClerkUser,
): Promise<RoleMerge> {
  return mergeRole(
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
}

interface Theirs {
  row: UserRow;
  role: Role;
  rev: number;
  /** Unix ms of the payload. */
  at: number;
}

/** An edit made in Clerk, unless it would leave nobody in charge or a brake holds it. */
async function takeTheirs(ctx: MutationCtx, theirs: Theirs, cause: Cause): Promise<MergedRole> {
  const { row, role, rev } = theirs;
  const refused = await refuseOwnerless(ctx, theirs, cause);
  if (refused !== undefined) return refused;
  // Held already, here or by a brake whose decision is being carried out.
  if (row.heldRole?.role === role) {
    return {
      row,
      change: { roleRev: rev },
      quarantined: false,
      held: true,
    };
  }
  const verdict = await passBrake(ctx, row, cause);
  if (verdict.kind === 'hold') return await hold(ctx, theirs, verdict.id, cause);
  await auditExternal(ctx, { row, role, rev }, cause);
  return {
    row,
    change: { ...takenRole({ role, rev }, cause.now), externalRoleSlot: verdict.slot },
    quarantined: false,
    finish: async (changed) => await finishExternal(ctx, row, changed, cause),
  };
}

/**
 * Takes over a role that a brake held and superadmins confirmed. Rule 7 is asked anew: what was
 * harmless alone may not be after the others.
 */
export async function takeHeldRole(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<void> {
  const { heldRole } = row;
  if (heldRole === undefined) return;
  const theirs = { row, role: heldRole.role, rev: row.roleRev, at: heldRole.at };
  const refused = await refuseOwnerless(ctx, theirs, cause);
  if (refused !== undefined) {
    const kept = await patchUser(ctx, row, refused.change);
    await refused.finish?.(kept);
    return;
  }
  await auditExternal(ctx, theirs, cause);
  const change = takenRole(theirs, cause.now);
  await finishExternal(ctx, row, await patchUser(ctx, row, change), cause);
}

/** Keeps our role and shows Clerk's beside it. What was on its way there is overtaken by the edit. */
async function hold(
  ctx: MutationCtx,
  { row, role, rev, at }: Theirs,
  brakeId: Id<'brakes'>,
  cause: Cause,
): Promise<MergedRole> {
  await appendAudit(ctx, asExternal(cause), {
    action: 'role.heldByBrake',
    target: `user:${row.externalId}`,
    before: { role: row.role },
    after: { held: role, brake: brakeId },
  });
  return {
    row,
    change: { heldRole: { role, brakeId, at }, roleRev: rev, push: { state: 'synced' } },
    quarantined: false,
    held: true,
    finish: async (changed) => {
      if (row.push.state !== 'synced')
        await closeOpen(ctx, changed, { as: 'superseded', of: 'role', now: cause.now });
    },
  };
}

function takenRole({ role, rev }: { role: Role; rev: number }, now: number): UserChange {
  return {
    role,
    roleRev: rev,
    roleSource: 'clerk',
    roleIssue: undefined,
    heldRole: undefined,
    push: { state: 'synced' },
    updatedAt: now,
  };
}

async function auditExternal(
  ctx: MutationCtx,
  { row, role, rev }: { row: UserRow; role: Role; rev: number },
  cause: Cause,
): Promise<void> {
  await appendAudit(ctx, asExternal(cause), {
    action: 'role.changedInClerk',
    target: `user:${row.externalId}`,
    before: { role: row.role, rev: row.roleRev },
    after: { role, rev },
  });
}

async function finishExternal(
  ctx: MutationCtx,
  before: UserRow,
  changed: UserRow,
  cause: Cause,
): Promise<void> {
  if (before.push.state !== 'synced')
    await closeOpen(ctx, changed, { as: 'superseded', of: 'role', now: cause.now });
  if (changed.role === ownerRole) await releaseHeldDeletions(ctx, cause);
}

function asExternal(cause: Cause): Cause {
  return { ...cause, source: 'clerk' };
}

/** Rule 7: refuses what would leave nobody in charge, and sends our role back. */
async function refuseOwnerless(
  ctx: MutationCtx,
  { row, role, rev }: Theirs,
  cause: Cause,
): Promise<MergedRole | undefined> {
  const external = asExternal(cause);
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
      change: { roleRev: rev, heldRole: undefined },
      quarantined: true,
      // The compensating push: our role once more, with a revision of its own.
      finish: async (changed) => {
        await decideRole(ctx, changed, row.role, { ...cause, source: row.roleSource });
      },
    };
  }
  return undefined;
}

/** Which role the push named by a payload carried; asked only when the payload is behind us. */
async function roleOfIntent(
  ctx: QueryCtx | MutationCtx,
  row: UserRow,
  user: ClerkUser,
): Promise<Role | undefined> {
  const intent = user.stamp?.intent;
  if (intent === undefined || (user.stamp?.rev ?? 0) >= row.roleRev) return undefined;
  const id = ctx.db.normalizeId('roleIntents', intent);
  const found = id === null ? null : await ctx.db.get('roleIntents', id);
  return found?.userId === row._id ? found.role : undefined;
}
