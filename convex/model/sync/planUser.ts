import { defaultRole, isRole, roleLabel } from '../../../src/shared/roles';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { contentOfRow } from '../applyClerkUser';
import { isBootstrapEmail } from '../environment';
import { leavesNoOwner } from '../lastOwner';
import { judgeRole } from '../mergeIncomingRole';
import { otherActiveOwners, type UserRow } from '../userRows';
import type { ClerkUser } from '../validators';
import { contentOf, isSameContent, judgeVersion } from '../versionRegister';
import type { FieldChange } from './validators';

/** What applying one person of Clerk's list comes to. A dry run shows it, a real run does it. */
export type UserPlan =
  | { kind: 'create' }
  | { kind: 'unchanged' }
  /** The row is ahead: a webhook came after the page was read. */
  | { kind: 'newer' }
  | { kind: 'deletedHere' }
  /** Newer, with nothing to see in it: only the version register moves on. */
  | { kind: 'touch' }
  /** Of one instant; all that differs is a later sign-in, which needs nobody's word. */
  | { kind: 'signIn' }
  | { kind: 'update' };

/**
 * Judges by the functions that webhooks go through (rules 2, 3); reads nothing. Most people of most
 * runs end at the first comparison.
 */
export function planUser(row: UserRow | null, user: ClerkUser): UserPlan {
  if (row === null) return { kind: 'create' };
  if (row.deletedAt !== undefined || row.heldDeletionAt !== undefined) {
    return { kind: 'deletedHere' };
  }
  const { updatedAt } = row.clerk;
  if (user.updatedAt < updatedAt) return { kind: 'newer' };
  const here = contentOfRow(row);
  if (user.updatedAt === updatedAt && isSameContent(here, user)) return { kind: 'unchanged' };
  const known = { updatedAt, content: contentOf(here) };
  const verdict = judgeVersion(known, { updatedAt: user.updatedAt, content: contentOf(user) });
  switch (verdict) {
    case 'stale':
      return { kind: 'newer' };
    case 'duplicate':
      return { kind: 'unchanged' };
    case 'apply':
      return { kind: isSettled(row, user, known.content) ? 'touch' : 'update' };
    case 'refetch': {
      const signedIn = contentOf({ ...here, lastSignInAt: user.lastSignInAt });
      const isLater = (user.lastSignInAt ?? 0) > (row.lastSignInAt ?? 0);
      return { kind: isLater && signedIn === contentOf(user) ? 'signIn' : 'update' };
    }
  }
}

/** Nothing that a person sees would change, and no decision of ours waits for this payload. */
function isSettled(row: UserRow, user: ClerkUser, content: string): boolean {
  return (
    contentOf(user) === content &&
    row.createdAt === user.createdAt &&
    row.push.state === 'synced' &&
    row.roleIssue === undefined &&
    row.heldRole === undefined &&
    row.nameEdit === undefined &&
    (row.access === undefined || row.access.state === 'synced') &&
    (user.stamp?.rev ?? 0) === row.roleRev &&
    (user.role ?? defaultRole) === row.role
  );
}

/** A new person whose creation does more than insert a row goes through the ordinary upsert. */
export function needsFullCreation(user: ClerkUser, owner: string): boolean {
  return (
    user.role === owner ||
    (user.emailVerified && user.email !== undefined && isBootstrapEmail(user.email))
  );
}

const clerkOwns = 'Clerk keeps the profile and its metadata';

/** The readable diff of an `update` or `signIn`; reads what the real merge reads. */
export async function describeUpdate(
  ctx: QueryCtx | MutationCtx,
  row: UserRow,
  user: ClerkUser,
): Promise<FieldChange[]> {
  const fields: FieldChange[] = [];
  const plain = ['firstName', 'lastName', 'email', 'imageUrl', 'publicMetadata'] as const;
  for (const field of plain) {
    if (row[field] === user[field]) continue;
    fields.push(clerkWins(field, row[field], user[field], clerkOwns));
  }
  if (row.lastSignInAt !== user.lastSignInAt) {
    fields.push(clerkWins('lastSignInAt', row.lastSignInAt, user.lastSignInAt, 'Clerk knows it'));
  }
  const bannedHere = row.clerk.banned ?? false;
  if (bannedHere !== user.banned) {
    const why = 'a ban in Clerk is shown and raises an alarm; access is decided here';
    fields.push({ field: 'banned', before: bannedHere, after: user.banned, wins: 'rollcall', why });
  }
  const role = await describeRole(ctx, row, user);
  return role === null ? fields : [...fields, role];
}

function clerkWins(
  field: string,
  before: string | number | undefined,
  after: string | number | undefined,
  why: string,
): FieldChange {
  return { field, before: before ?? null, after: after ?? null, wins: 'clerk', why };
}

async function describeRole(
  ctx: QueryCtx | MutationCtx,
  row: UserRow,
  user: ClerkUser,
): Promise<FieldChange | null> {
  const merge = await judgeRole(ctx, row, user);
  const role = (after: string, wins: FieldChange['wins'], why: string): FieldChange => {
    return { field: 'role', before: row.role, after, wins, why };
  };
  switch (merge.kind) {
    case 'inSync':
      return null;
    case 'oldNews':
      return (user.role ?? defaultRole) === row.role
        ? null
        : role(user.role ?? defaultRole, 'rollcall', 'our decision is on its way to Clerk');
    case 'overwritten':
      return role(user.role ?? defaultRole, 'rollcall', 'a late older push is sent over');
    case 'unknown':
      return role(merge.raw, 'rollcall', 'Clerk names a role that is not in the vocabulary');
    case 'conflict':
      return merge.winner === 'ours'
        ? role(merge.theirs, 'rollcall', 'both sides decided; ours is later')
        : await takenOver(ctx, row, merge.theirs, 'both sides decided; Clerk’s is later');
    case 'external':
      return await takenOver(ctx, row, merge.role, 'edited in Clerk after our last decision');
  }
}

async function takenOver(
  ctx: QueryCtx | MutationCtx,
  row: UserRow,
  role: UserRow['role'],
  why: string,
): Promise<FieldChange> {
  const change = { field: 'role', before: row.role, after: role };
  if (leavesNoOwner(row, { ...row, role }, await otherActiveOwners(ctx, row))) {
    return { ...change, wins: 'rollcall', why: 'it would leave nobody in charge' };
  }
  return { ...change, wins: 'clerk', why };
}

/** The readable diff of a `create`. */
export function describeCreation(user: ClerkUser): FieldChange[] {
  const known = isRole(user.role);
  const role = isRole(user.role) ? user.role : defaultRole;
  const fields = [
    clerkWins('name', undefined, user.name, clerkOwns),
    clerkWins('email', undefined, user.email, clerkOwns),
  ];
  const why = known
    ? 'Clerk names it'
    : `Clerk names ${user.role === undefined ? 'none' : 'an unknown one'}: ${roleLabel(role)} is the default`;
  return [...fields, { field: 'role', before: null, after: role, wins: 'clerk', why }];
}
