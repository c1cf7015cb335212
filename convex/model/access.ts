import type { Doc } from '../_generated/dataModel';
import type { QueryCtx } from '../_generated/server';
import { canSometimes, decide, type Permission, type Target } from '../../src/shared/permissions';
import { fail } from './errors';

type UserRow = Doc<'users'>;

/** The row of a Clerk id, tombstones included. */
export async function userByExternalId(
  ctx: Pick<QueryCtx, 'db'>,
  externalId: string,
): Promise<UserRow | null> {
  return await ctx.db
    .query('users')
    .withIndex('byExternalId', (q) => q.eq('externalId', externalId))
    .unique();
}

/** The caller's row in whatever state it is; null without a token or without a row. */
export async function getCurrentUser(ctx: Pick<QueryCtx, 'db' | 'auth'>): Promise<UserRow | null> {
  const identity = await ctx.auth.getUserIdentity();
  return identity === null ? null : await userByExternalId(ctx, identity.subject);
}

/**
 * The caller's row, if it may act at all. Decided from the row alone: what a token claims beyond
 * its subject is never looked at.
 */
export async function getCurrentUserOrThrow(ctx: Pick<QueryCtx, 'db' | 'auth'>): Promise<UserRow> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) fail('UNAUTHENTICATED');
  const row = await userByExternalId(ctx, identity.subject);
  if (row === null) fail('ACCOUNT_NOT_READY');
  if (!hasAccess(row)) fail('ACCOUNT_INACTIVE');
  return row;
}

/** Rule 3, rule 9: deactivated and deleted people, also those whose deletion is held, get nothing. */
export function hasAccess(
  row: Pick<UserRow, 'isActive' | 'deletedAt' | 'heldDeletionAt'>,
): boolean {
  return row.isActive && row.deletedAt === undefined && row.heldDeletionAt === undefined;
}

/** Throws unless `actor` may do `permission`, to `target` where it has one. */
export function requirePermission(actor: UserRow, permission: Permission, target?: UserRow): void {
  const verdict = decide(subject(actor), permission, target && subject(target));
  if (!verdict.allowed) fail(verdict.code);
}

/** Throws unless `actor` could do `permission` to anybody: asked before a target is looked up. */
export function requireSometimes(actor: UserRow, permission: Permission): void {
  if (!canSometimes(subject(actor), permission)) fail('FORBIDDEN');
}

function subject(row: UserRow): Target & { isActive: boolean; deletedAt?: number } {
  return { id: row.externalId, role: row.role, isActive: row.isActive, deletedAt: row.deletedAt };
}
