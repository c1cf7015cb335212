import { internal } from '../_generated/api';
import type { MutationCtx } from '../_generated/server';
import { defaultRole, isRole, ownerRole } from '../../src/shared/roles';
import { userByExternalId } from './access';
import { appendAudit, type Cause } from './auditLog';
import { compareAccess } from './changeAccess';
import { compareNameInTie, mergeIncomingName, nameInClerk } from './changeName';
import { decideRole } from './changeRole';
import { releaseHeldDeletions } from './deleteClerkUser';
import { isBootstrapEmail } from './environment';
import { acceptInvitation, acceptInvitationOf, openInvitation } from './invitations';
import { mergeIncomingRole } from './mergeIncomingRole';
import { clerkPool, refetchOptions } from './pools';
import { insertUser, type NewUser, patchUser, type UserChange, type UserRow } from './userRows';
import type { ClerkUser } from './validators';
import { contentOf, judgeArrival } from './versionRegister';

export interface Arrival {
  user: ClerkUser;
  instanceId?: string;
  /**
   * How the payload came. `store` = from a verified token: it may create a row and never changes
   * one. `fetch` = asked for to settle a tie, with the row's count of such questions.
   */
  via: { kind: 'webhook' | 'push' | 'store' | 'backfill' } | { kind: 'fetch'; ask: number };
}

export type ApplyOutcome =
  | {
      kind: 'created' | 'updated' | 'stale' | 'duplicate' | 'refetch' | 'quarantined' | 'held';
      row: UserRow;
    }
  | { kind: 'tombstoned' };

/**
 * The one upsert of people: webhooks, `store`, re-fetches, answers to our pushes and backfill all
 * come through here, so that rules 1 to 3 and 6 to 8 hold whatever order they arrive in.
 */
export async function applyClerkUser(
  ctx: MutationCtx,
  arrival: Arrival,
  cause: Cause,
): Promise<ApplyOutcome> {
  const { user, via } = arrival;
  const row = await userByExternalId(ctx, user.externalId);
  if (row === null) return { kind: 'created', row: await create(ctx, arrival, cause) };
  if (row.deletedAt !== undefined || row.heldDeletionAt !== undefined)
    return { kind: 'tombstoned' };
  if (via.kind === 'store') return { kind: 'duplicate', row };
  const { updatedAt, refetch } = row.clerk;
  const verdict = judgeArrival(
    { updatedAt, refetch, content: contentOf(contentOfRow(row)) },
    { updatedAt: user.updatedAt, content: contentOf(user) },
    via,
  );
  if (verdict === 'apply') return await update(ctx, row, arrival, cause);
  if (verdict === 'refetch') return { kind: 'refetch', row: await askClerk(ctx, row) };
  if (verdict === 'duplicate' && via.kind === 'fetch' && via.ask === refetch) {
    return { kind: verdict, row: await compareSettled(ctx, row, cause) };
  }
  return { kind: verdict, row };
}

/** A tie is settled for what the row says of Clerk: what was put off until now is compared. */
async function compareSettled(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  const bannedBefore = row.clerk.banned ?? false;
  const compared = await compareAccess(ctx, { row, bannedBefore }, cause);
  return await compareNameInTie(ctx, compared, cause);
}

/** C9: a role that Clerk names and we know is taken; otherwise the default one. */
export function newUser(arrival: Arrival, now: number): NewUser {
  const { user, via, instanceId } = arrival;
  const named = via.kind === 'store' ? undefined : user.role;
  const known = isRole(named);
  return {
    externalId: user.externalId,
    role: known ? named : defaultRole,
    isActive: true,
    createdAt: user.createdAt,
    updatedAt: now,
    clerk: register(arrival, instanceId, undefined),
    roleRev: user.stamp?.rev ?? 0,
    roleSource: known ? 'clerk' : 'default',
    roleDecidedAt: 0,
    roleIssue: named === undefined || known ? undefined : { raw: named, seenAt: now },
    push: { state: 'synced' },
    // Last: at the front it makes V8 build a slow object, for a hundred thousand people of a sync.
    ...profile(user),
  };
}

async function create(ctx: MutationCtx, arrival: Arrival, cause: Cause): Promise<UserRow> {
  const { user, via } = arrival;
  const fields = newUser(arrival, cause.now);
  // What is independent goes side by side: each wait costs a webhook more than the write itself.
  const [row, , invitation] = await Promise.all([
    insertUser(ctx, fields),
    appendAudit(ctx, cause, {
      action: 'user.created',
      target: `user:${user.externalId}`,
      after: { role: fields.role, via: via.kind },
    }),
    user.emailVerified && user.email !== undefined ? openInvitation(ctx, user.email) : null,
  ]);
  await acceptInvitation(ctx, invitation, user, cause);
  if (row.role === ownerRole) await releaseHeldDeletions(ctx, cause);
  return await bootstrap(ctx, row, user, cause);
}

async function update(
  ctx: MutationCtx,
  row: UserRow,
  arrival: Arrival,
  cause: Cause,
): Promise<ApplyOutcome> {
  const { user } = arrival;
  const merge = await mergeIncomingRole(ctx, row, user, cause);
  const name = await mergeIncomingName(ctx, row, user, cause);
  const changedFields = changes(row, { ...profile(user), ...name.change }, user.banned);
  const [changed] = await Promise.all([
    patchUser(ctx, merge.row, {
      ...profile(user),
      ...name.change,
      ...merge.change,
      createdAt: user.createdAt,
      clerk: register(arrival, arrival.instanceId ?? row.clerk.instanceId, row.clerk.refetch),
      ...(changedFields.length > 0 ? { updatedAt: cause.now } : {}),
    }),
    changedFields.length > 0
      ? appendAudit(ctx, cause, {
          action: 'user.updated',
          target: `user:${row.externalId}`,
          // Names, never values: the audit log outlives an erased person.
          before: { clerkUpdatedAt: row.clerk.updatedAt },
          after: { clerkUpdatedAt: user.updatedAt, fields: changedFields },
        })
      : undefined,
  ]);
  await merge.finish?.(changed);
  // The merge of roles may have written the row once more; what is counted goes by how it is now.
  await name.finish?.((merge.finish && (await ctx.db.get('users', changed._id))) ?? changed);
  if (user.emailVerified && row.email !== user.email) await acceptInvitationOf(ctx, user, cause);
  const compared = await withAccess(ctx, row, changed, cause);
  const final = await bootstrap(ctx, compared, user, cause);
  return { kind: merge.quarantined ? 'quarantined' : merge.held ? 'held' : 'updated', row: final };
}

/** Rule 9, for the few whose access somebody decided, here or in Clerk. */
async function withAccess(
  ctx: MutationCtx,
  before: UserRow,
  changed: UserRow,
  cause: Cause,
): Promise<UserRow> {
  const bannedBefore = before.clerk.banned ?? false;
  if (changed.access === undefined && (changed.clerk.banned ?? false) === bannedBefore) {
    return changed;
  }
  // The merge of roles may have written the row once more.
  const row = (await ctx.db.get('users', changed._id)) ?? changed;
  return await compareAccess(ctx, { row, bannedBefore }, cause);
}

/** Rule 7: only a verified primary address, and only while nobody decided this person's role. */
async function bootstrap(
  ctx: MutationCtx,
  row: UserRow,
  user: ClerkUser,
  cause: Cause,
): Promise<UserRow> {
  const undecided = row.roleRev === 0 && row.roleSource === 'default' && row.role !== ownerRole;
  if (!undecided || !user.emailVerified || user.email === undefined) return row;
  if (!row.isActive || !isBootstrapEmail(user.email)) return row;
  const bootstrapCause = { ...cause, actor: 'system', source: 'bootstrap' as const };
  const changed = await decideRole(ctx, row, ownerRole, bootstrapCause);
  await appendAudit(ctx, bootstrapCause, {
    action: 'role.bootstrapped',
    target: `user:${row.externalId}`,
    before: { role: row.role },
    after: { role: ownerRole, rev: changed.roleRev },
  });
  await releaseHeldDeletions(ctx, bootstrapCause);
  return changed;
}

/** Rule 2: two payloads of one instant differ; only Clerk can say which holds. */
async function askClerk(ctx: MutationCtx, row: UserRow): Promise<UserRow> {
  const ask = (row.clerk.refetch ?? 0) + 1;
  const asked = await patchUser(ctx, row, { clerk: { ...row.clerk, refetch: ask } });
  await clerkPool.enqueueAction(
    ctx,
    internal.clerk.refetch,
    { externalId: row.externalId, ask },
    refetchOptions,
  );
  return asked;
}

function profile(user: ClerkUser) {
  return {
    name: user.name,
    firstName: user.firstName,
    lastName: user.lastName,
    email: user.email,
    imageUrl: user.imageUrl,
    lastSignInAt: user.lastSignInAt,
    publicMetadata: user.publicMetadata,
  };
}

function register(
  { user, via }: Arrival,
  instanceId: string | undefined,
  refetch: number | undefined,
): UserRow['clerk'] {
  if (via.kind === 'store') return { updatedAt: 0 };
  return {
    updatedAt: user.updatedAt,
    role: user.role,
    banned: user.banned ? true : undefined,
    instanceId,
    refetch,
  };
}

/** What `contentOf` compares, as the row has it. */
export function contentOfRow(row: UserRow) {
  const { email, imageUrl, lastSignInAt, publicMetadata, clerk } = row;
  const { role, banned } = clerk;
  // Spread at the front, V8 builds a slow object: a tenth of what an unchanged person costs a sync.
  const { firstName, lastName } = nameInClerk(row);
  return { firstName, lastName, email, imageUrl, lastSignInAt, publicMetadata, role, banned };
}

/** Names, never values: the audit log outlives an erased person. */
function changes(row: UserRow, after: UserChange, banned: boolean): string[] {
  const names = ['firstName', 'lastName', 'email', 'imageUrl', 'publicMetadata'] as const;
  const changed: string[] = names.filter((name) => row[name] !== after[name]);
  if ((row.clerk.banned ?? false) !== banned) changed.push('banned');
  return changed;
}
