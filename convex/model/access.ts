import type { UserIdentity } from 'convex/server';
import type { Doc } from '../_generated/dataModel';
import type { QueryCtx } from '../_generated/server';
import { apiTokenIssuer } from '../../src/shared/api-tokens';
import { canSometimes, decide, type Permission, type Target } from '../../src/shared/permissions';
import { fail } from './errors';

type UserRow = Doc<'users'>;

/** Who acts: a person's row, and the API token through which they do, where there is one. */
export type ActorRow = UserRow & {
  /** Narrows what the row may do to these permissions. */
  token?: { id: string; scopes: readonly Permission[] };
};

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
export async function getCurrentUser(ctx: Pick<QueryCtx, 'db' | 'auth'>): Promise<ActorRow | null> {
  const identity = await ctx.auth.getUserIdentity();
  return identity === null ? null : await actorOf(ctx, identity);
}

/** Whether an identity is an API token's rather than a person's own. */
export function isApiToken(identity: Pick<UserIdentity, 'issuer'>): boolean {
  return identity.issuer === apiTokenIssuer;
}

/**
 * The row behind an identity. A token's is its creator's, read anew at every call: revoking the token
 * or deactivating its creator counts from the next call on. Its expiry is that of the JWT.
 */
async function actorOf(
  ctx: Pick<QueryCtx, 'db'>,
  identity: Pick<UserIdentity, 'issuer' | 'subject'>,
): Promise<ActorRow | null> {
  if (!isApiToken(identity)) return await userByExternalId(ctx, identity.subject);
  const token = await ctx.db
    .query('apiTokens')
    .withIndex('byTokenId', (q) => q.eq('tokenId', identity.subject))
    .unique();
  if (token === null || token.revokedAt !== undefined) return null;
  const creator = await ctx.db.get('users', token.createdBy);
  return creator && { ...creator, token: { id: token.tokenId, scopes: token.scopes } };
}

/**
 * The caller's row, if it may act at all. Decided from the row alone: what a token claims beyond
 * its subject is never looked at.
 */
export async function getCurrentUserOrThrow(ctx: Pick<QueryCtx, 'db' | 'auth'>): Promise<ActorRow> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) fail('UNAUTHENTICATED');
  const row = await actorOf(ctx, identity);
  if (row === null) fail(isApiToken(identity) ? 'TOKEN_INVALID' : 'ACCOUNT_NOT_READY');
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
export function requirePermission(actor: ActorRow, permission: Permission, target?: UserRow): void {
  requireScope(actor, permission);
  const verdict = decide(subject(actor), permission, target && subject(target));
  if (!verdict.allowed) fail(verdict.code);
}

/**
 * Throws unless `actor` could do `permission` to anybody: asked before a target is looked up.
 * `message` replaces the usual text of the refusal.
 */
export function requireSometimes(actor: ActorRow, permission: Permission, message?: string): void {
  requireScope(actor, permission);
  if (canSometimes(subject(actor), permission)) return;
  fail('FORBIDDEN', message === undefined ? {} : { message });
}

/** Whether `actor` could do `permission` to anybody: decides what an answer shows. */
export function mayEver(actor: ActorRow, permission: Permission): boolean {
  const inScope = actor.token === undefined || actor.token.scopes.includes(permission);
  return inScope && canSometimes(subject(actor), permission);
}

/** Throws unless `actor` could do at least one of these to somebody. */
export function requireSome(actor: ActorRow, some: readonly Permission[]): void {
  const { token } = actor;
  const held = some.filter((permission) => token?.scopes.includes(permission) ?? true);
  if (!held.some((permission) => canSometimes(subject(actor), permission))) fail('FORBIDDEN');
}

/** A token can do no more than its scopes, and never more than its creator. */
function requireScope({ token }: ActorRow, permission: Permission): void {
  if (token === undefined || token.scopes.includes(permission)) return;
  fail('FORBIDDEN', { message: `The API token does not have the permission ${permission}.` });
}

function subject(row: UserRow): Target & { isActive: boolean; deletedAt?: number } {
  return { id: row.externalId, role: row.role, isActive: row.isActive, deletedAt: row.deletedAt };
}
